import type { Access, Actor, UnitTree } from '../../access.ts';

/**
 * The units whose content a person may see and use: those in sight, and those above them, since what the province or the district
 * makes is made for the communes below.
 * @param within only of this unit and those below it
 */
export function contentUnits(actor: Actor, access: Access, tree: UnitTree, within?: string): string[] {
  const inSight = access.unitsFor(actor, 'content.read');
  const seen = new Set(inSight);
  const above = actor.grants.flatMap((grant) => (seen.has(grant.unitId) ? tree.pathOf(grant.unitId) : []));
  const all = [...new Set([...inSight, ...above])];
  if (within === undefined) return all;
  const below = new Set(tree.subtreeOf(within));
  return all.filter((unitId) => below.has(unitId));
}

/** Whether a unit's content may be seen and used: see `contentUnits`. */
export function maySeeContent(actor: Actor, access: Access, tree: UnitTree, unitId: string): boolean {
  return access.can(actor, 'content.read', unitId) || contentUnits(actor, access, tree).includes(unitId);
}
