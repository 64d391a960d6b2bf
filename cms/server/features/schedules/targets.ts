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
const orderly = (targets: Targets): Targets => ({
  unitIds: [...new Set(targets.unitIds)].sort(),
  boardIds: [...new Set(targets.boardIds)].sort(),
});

/**
 * Targets as they are stored. A unit schedules for itself and for what is below it: whoever may act for the unit may act there,
 * so this is the check of rights too. What `before` names already and is no longer within its unit (a board deleted or moved, a
 * unit moved or ended) plays nothing of it any more: it is left out, rather than keep anybody from editing the rest.
 * @throws AppError `target_outside_unit`; `targets_gone`, when nothing is left; both of the field targets
 */
export async function cleanTargets(
  tx: Tx,
  input: { readonly unitId: string; readonly targets: Targets },
  before: { readonly unitId: string; readonly targets: Targets } | null,
  deps: { readonly tree: UnitTree; readonly boards: Pick<BoardsService, 'held'> },
): Promise<Targets> {
  const { unitIds, boardIds } = orderly(input.targets);
  const unitOf = new Map((await deps.boards.held(boardIds, tx)).map((board) => [board.id, board.unitId]));
  const pathOf = (id: string): readonly string[] => deps.tree.pathOf(unitOf.get(id) ?? id);
  const named = new Set(before ? [...before.targets.unitIds, ...before.targets.boardIds] : []);
  const isGone = (id: string): boolean => before !== null && named.has(id) && !pathOf(id).includes(before.unitId);

  const left = { unitIds: unitIds.filter((id) => !isGone(id)), boardIds: boardIds.filter((id) => !isGone(id)) };
  const strangers = [...left.unitIds, ...left.boardIds].filter((id) => !pathOf(id).includes(input.unitId));
  if (strangers.length > 0)
    throw new AppError('target_outside_unit', 'Boards and units must belong to the unit that schedules', {
      field: 'targets',
      params: { count: strangers.length },
    });
  if (left.unitIds.length + left.boardIds.length === 0)
    throw new AppError('targets_gone', 'Every board and unit it was for has been deleted or moved', {
      field: 'targets',
    });
  return left;
}

/** Whether a board is meant; `unitPath` is from the root to its own unit. */
export function targetsBoard(targets: Targets, board: { readonly id: string }, unitPath: readonly string[]): boolean {
  return targets.boardIds.includes(board.id) || targets.unitIds.some((id) => unitPath.includes(id));
}

/** Counts the boards that entries mean, of some boards: as a board's programme is compiled, of the entry's own unit only. */
export class Reach {
  readonly #pathOf = new Map<string, readonly string[]>();
  /** Boards on each unit and below it. */
  readonly #below = new Map<string, number>();
  readonly #tree: UnitTree;

  constructor(places: readonly { readonly id: string; readonly unitId: string }[], tree: UnitTree) {
    const paths = new Map<string, readonly string[]>();
    for (const { id, unitId } of places) {
      const path = paths.get(unitId) ?? tree.pathOf(unitId);
      paths.set(unitId, path);
      this.#pathOf.set(id, path);
      for (const unit of path) this.#below.set(unit, (this.#below.get(unit) ?? 0) + 1);
    }
    this.#tree = tree;
  }

  count({ unitId, targets }: { readonly unitId: string; readonly targets: Targets }): number {
    const units = new Set(targets.unitIds);
    // What lies below another chosen unit is counted with it.
    const tops = targets.unitIds.filter((id) => {
      const path = this.#tree.pathOf(id);
      return path.includes(unitId) && !path.slice(0, -1).some((above) => units.has(above));
    });
    const single = targets.boardIds.filter((id) => {
      const path = this.#pathOf.get(id);
      return path?.includes(unitId) === true && !path.some((above) => units.has(above));
    });
    return tops.reduce((sum, id) => sum + (this.#below.get(id) ?? 0), 0) + single.length;
  }
}

/** @throws AppError `validity_reversed`, field validTo */
export function assertValidity({ validFrom, validTo }: { validFrom: number | null; validTo: number | null }): void {
  if (validFrom !== null && validTo !== null && validFrom >= validTo)
    throw new AppError('validity_reversed', 'It ends before it begins', { field: 'validTo' });
}
