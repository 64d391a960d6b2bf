/** Which boards a choice of units and boards reaches. */
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import { subtreeIds } from '../units/units.svelte.ts';

export interface Choice {
  unitIds: readonly string[];
  boardIds: readonly string[];
}

/** A unit stands for itself and all below it. */
export function boardsReached(choice: Choice, units: readonly Unit[], boards: readonly Board[]): Board[] {
  const unitIds = new Set(choice.unitIds.flatMap((id) => [...subtreeIds(units, id)]));
  const boardIds = new Set(choice.boardIds);
  return boards.filter((board) => unitIds.has(board.unitId) || boardIds.has(board.id));
}
