/** The sizes of screen among the boards that an alert is meant for. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import type { TakeoverSelectors } from '../../../../../shared/protocol/takeover.ts';
import { seenSize } from '../boards/words.ts';
import type { Shape } from '../preview/shapes.ts';
import { boardsReached } from '../targets/targets.ts';

export interface TargetShape extends Shape {
  /** Boards of this size. */
  readonly count: number;
}

/** One of each size and rotation, the most frequent first. */
export function shapesOf(
  selectors: Pick<TakeoverSelectors, 'all' | 'unitIds' | 'boardIds'>,
  units: readonly Unit[],
  boards: readonly Board[],
): TargetShape[] {
  const reached = selectors.all ? boards : boardsReached(selectors, units, boards);
  const groups = Map.groupBy(reached, ({ output }) => `${output.width}×${output.height} ${output.rotation}`);
  return [...groups]
    .map(([id, [first, ...more]]) => {
      const { width, height } = seenSize(first!.output);
      return { id, name: `${width}×${height}`, output: { ...first!.output, x: 0, y: 0 }, count: more.length + 1 };
    })
    .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
}
