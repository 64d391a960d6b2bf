/** Where an entry or an obligation applies: boards, and units that stand for every board below them. */
import { AppError } from '../../../../shared/util/errors.ts';
import type { UnitTree } from '../../access.ts';
import type { Tx } from '../../store/store.ts';
import type { BoardsService } from '../boards/service.ts';

export interface Targets {
  readonly unitIds: string[];
  readonly boardIds: string[];
}

/** Without repetitions, in one order, so that equal targets are stored alike. */
export const cleanTargets = (targets: Targets): Targets => ({
  unitIds: [...new Set(targets.unitIds)].sort(),
  boardIds: [...new Set(targets.boardIds)].sort(),
});

/**
 * A unit schedules for itself and for what is below it. Whoever may act for the unit may act there, so this is the check of rights too.
 * @throws AppError `target_outside_unit`, field targets
 */
export async function assertTargetsWithin(unitId: string, targets: Targets, tree: UnitTree, boards: Pick<BoardsService, 'records'>, tx: Tx): Promise<void> {
  const within = (id: string): boolean => tree.pathOf(id).includes(unitId);
  const known = new Map((await boards.records(targets.boardIds, tx)).map((board) => [board.id, board.unitId]));
  const strangers = [...targets.unitIds.filter((id) => !within(id)), ...targets.boardIds.filter((id) => !within(known.get(id) ?? ''))];
  if (strangers.length > 0)
    throw new AppError('target_outside_unit', 'Boards and units must belong to the unit that schedules', { field: 'targets', params: { count: strangers.length } });
}

/** Whether a board is meant; `unitPath` is from the root to its own unit. */
export function targetsBoard(targets: Targets, board: { readonly id: string }, unitPath: readonly string[]): boolean {
  return targets.boardIds.includes(board.id) || targets.unitIds.some((id) => unitPath.includes(id));
}

/** @throws AppError `validity_reversed`, field validTo */
export function assertValidity({ validFrom, validTo }: { validFrom: number | null; validTo: number | null }): void {
  if (validFrom !== null && validTo !== null && validFrom >= validTo)
    throw new AppError('validity_reversed', 'It ends before it begins', { field: 'validTo' });
}
