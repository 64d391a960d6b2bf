/** Which units an overview is of, and under which heading each of them stands in it. */
import type { Access, Actor, UnitTree } from '../../access.ts';

export interface Scope {
  /** null: all there are, also those that have ended. */
  readonly unitIds: readonly string[] | null;
  /** The one unit that is looked at; null: several. */
  readonly top: string | null;
  /** The unit right below what is looked at that this one belongs to; itself where it is looked at; null when it hangs nowhere. */
  headOf(unitId: string): string | null;
}

/** @throws AppError `forbidden` for a unit out of sight */
export function scopeOf(access: Access, tree: UnitTree, actor: Actor, unitId: string | undefined): Scope {
  if (unitId !== undefined) {
    access.assertReach(actor, 'board.read', unitId);
    const below = tree.subtreeOf(unitId);
    // Of a unit that has ended its own boards and plays.
    return {
      unitIds: below.length > 0 ? below : [unitId],
      top: unitId,
      headOf: below.length > 0 ? headUnder(tree, [unitId]) : (id) => id,
    };
  }
  const granted = [...new Set(actor.grants.map((grant) => grant.unitId))];
  const tops = granted.filter((id) => !tree.pathOf(id).some((above) => above !== id && granted.includes(above)));
  return {
    unitIds: access.canEverywhere(actor, 'board.read') ? null : access.unitsFor(actor, 'board.read'),
    top: tops.length === 1 ? tops[0]! : null,
    headOf: headUnder(tree, tops),
  };
}

/** Below one top its children are the heads; of several, each is its own. */
function headUnder(tree: UnitTree, tops: readonly string[]): (unitId: string) => string | null {
  const find = (unitId: string): string | null => {
    const path = tree.pathOf(unitId);
    const at = path.findIndex((id) => tops.includes(id));
    if (at === -1) return null;
    return tops.length === 1 ? (path[at + 1] ?? path[at]!) : path[at]!;
  };
  // Asked for each unit by its boards and by its plays.
  const known = new Map<string, string | null>();
  return (unitId) => {
    let head = known.get(unitId);
    if (head === undefined) known.set(unitId, (head = find(unitId)));
    return head;
  };
}
