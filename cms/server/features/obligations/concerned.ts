import type { EventMap } from '../../context.ts';
import type { Targets } from '../schedules/targets.ts';

/** What to emit of changes that all lack who are meant, or were: boards that are meant no more may be those that lack one. */
export const concerned = (
  changes: EventMap['obligationsChanged']['changes'],
  reach: readonly { readonly targets: Targets }[],
): EventMap['obligationsChanged'] => ({
  changes,
  unitIds: [...new Set(reach.flatMap(({ targets }) => targets.unitIds))],
  boardIds: [...new Set(reach.flatMap(({ targets }) => targets.boardIds))],
});
