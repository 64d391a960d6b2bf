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
  const unitIds = subtreeIds(units, ...choice.unitIds);
  const boardIds = new Set(choice.boardIds);
  return boards.filter((board) => unitIds.has(board.unitId) || boardIds.has(board.id));
}

/** The names of what is chosen, a line each. */
export function targetLines(
  { unitIds, boardIds }: Choice,
  units: readonly Pick<Unit, 'id' | 'name'>[],
  boards: readonly Pick<Board, 'id' | 'name'>[],
): string {
  const names = new Map([...units, ...boards].map(({ id, name }) => [id, name]));
  return [...unitIds, ...boardIds].map((id) => names.get(id) ?? '').join('\n');
}

/** What is chosen and cannot be chosen here: deleted, moved, or of another unit than `within` and what is below it (null: any). */
export function straysOf(
  choice: Choice,
  units: readonly Pick<Unit, 'id' | 'parentId'>[],
  boards: readonly Pick<Board, 'id' | 'unitId'>[],
  within: string | null,
): Choice {
  const offered = within === null ? new Set(units.map((unit) => unit.id)) : subtreeIds(units, within);
  const unitOf = new Map(boards.map((board) => [board.id, board.unitId]));
  return {
    unitIds: choice.unitIds.filter((id) => !offered.has(id)),
    boardIds: choice.boardIds.filter((id) => !offered.has(unitOf.get(id) ?? '')),
  };
}

/** The choice without what another names. */
export function without(choice: Choice, other: Choice): { unitIds: string[]; boardIds: string[] } {
  return {
    unitIds: choice.unitIds.filter((id) => !other.unitIds.includes(id)),
    boardIds: choice.boardIds.filter((id) => !other.boardIds.includes(id)),
  };
}
