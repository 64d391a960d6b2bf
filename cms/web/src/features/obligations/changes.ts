/** What differs between two versions of what is required, in words. */
import type { ObligationInput } from '../../../../../shared/protocol/api/obligations.ts';
import { differences, type Change, type Line } from '../../lib/changes.ts';
import { m } from '../../paraglide/messages.js';
import { obligationSentence } from './words.ts';

/** With its notice's title, as its form holds it. */
export type Titled = ObligationInput & { readonly noticeTitle: string };

interface Names {
  unit: (id: string) => string;
  targets: (targets: ObligationInput['targets']) => string;
}

export const changesOf = (before: Titled, after: Titled, names: Names): Change[] =>
  differences(linesOf(before, names), linesOf(after, names));

const linesOf = (obligation: Titled, names: Names): Line[] => [
  [m.obligation_notice(), obligation.noticeTitle],
  [m.obligation_sender(), names.unit(obligation.unitId)],
  [m.schedule_when(), obligationSentence(obligation)],
  [m.schedule_where(), names.targets(obligation.targets)],
];
