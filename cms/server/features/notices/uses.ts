/** Where notices and playlists are used, and what may not happen to them meanwhile. */
import { AppError } from '../../../../shared/util/errors.ts';
import { reachOf, type UnitTree } from '../../access.ts';

/** Something that uses a notice or a playlist; obligations have no name. */
export interface Use {
  readonly unitId: string;
  readonly name: string | null;
}

const named = (uses: readonly Use[]): string =>
  uses
    .flatMap(({ name }) => name ?? [])
    .slice(0, 5)
    .join(', ');

/** @throws AppError `in_use` 409 with params.where, when there is any */
export function assertUnused(uses: readonly Use[]): void {
  if (uses.length === 0) return;
  throw new AppError('in_use', 'It is used and cannot be deleted', {
    status: 409,
    params: { where: named(uses), count: uses.length },
  });
}

/**
 * Whoever edits what a unit owns decides what shows wherever it is used. So nothing is handed to a unit that has no say there: its
 * people would write on the boards of others.
 * @throws AppError `used_outside_unit` 409 with params.where, field unitId
 */
export function assertUsesWithin(uses: readonly Use[], unitId: string, tree: UnitTree): void {
  const outside = uses.filter((use) => !reachOf(tree, use.unitId).includes(unitId));
  if (outside.length === 0) return;
  throw new AppError('used_outside_unit', 'It is used outside the unit that it would be moved to', {
    status: 409,
    field: 'unitId',
    params: { where: named(outside), count: outside.length },
  });
}
