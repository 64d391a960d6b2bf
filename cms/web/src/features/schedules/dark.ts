/** In which hours of a schedule screens are off, in words. */
import type { CoverageAnswer } from '../../../../../shared/protocol/api/plans.ts';
import { spansWithout, type Span } from '../../../../../shared/util/spans.ts';

export type Dark = CoverageAnswer['dark'][number];

/** More kinds of boards than anybody reads. */
const mostShown = 4;

/** The kinds of boards that are shown, and how many boards there are besides. */
export function shownDark(dark: readonly Dark[]): { shown: readonly Dark[]; more: number } {
  return {
    shown: dark.slice(0, mostShown),
    more: dark.slice(mostShown).reduce((sum, { boards }) => sum + boards, 0),
  };
}

/** Whether nobody sees any of it on these boards. @param times when it has any board */
export const isAllDark = ({ spans }: Dark, times: readonly Span[]): boolean => spansWithout(times, spans).length === 0;
