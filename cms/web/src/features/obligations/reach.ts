/** How far an obligation that is being written reaches, counted as the CMS counts it once it is sent. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { ObligationInput } from '../../../../../shared/protocol/api/obligations.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { boardsReached } from '../targets/targets.ts';
import { subtreeIds } from '../units/units.svelte.ts';

export interface Reach {
  /** Units with boards that receive it, and those that receive it and have none; neither is who sends it. */
  readonly receivers: number;
  readonly withoutBoards: number;
  /** Boards that have to show it, and how many of them are the sender's own. */
  readonly boards: number;
  readonly own: number;
}

export function reachOf(
  { unitId, targets }: Pick<ObligationInput, 'unitId' | 'targets'>,
  units: readonly Unit[],
  boards: readonly Board[],
): Reach {
  const known = new Map(units.map((unit) => [unit.id, unit]));
  const isCommune = (id: string): boolean => {
    const unit = known.get(id);
    return unit?.level === 'commune' && unit.mergedInto === null;
  };
  /** The commune that answers for what hangs below it; outside of any commune the unit itself. */
  const receiverOf = (id: string): string => {
    let at: string | null = id;
    while (at !== null && !isCommune(at)) at = known.get(at)?.parentId ?? null;
    return at ?? id;
  };
  const below = subtreeIds(units, unitId);
  const reached = boardsReached(targets, units, boards).filter((board) => below.has(board.unitId));
  const withBoards = new Set(reached.map((board) => receiverOf(board.unitId)));
  const chosen = subtreeIds(units, ...targets.unitIds.filter((id) => below.has(id)));
  const communes = new Set([...chosen].map(receiverOf).filter(isCommune));
  for (const set of [withBoards, communes]) set.delete(unitId);
  return {
    receivers: withBoards.size,
    withoutBoards: [...communes].filter((id) => !withBoards.has(id)).length,
    boards: reached.length,
    own: reached.filter((board) => board.unitId === unitId).length,
  };
}
