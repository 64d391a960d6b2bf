import type { Access, Actor, UnitTree } from '../../access.ts';

/**
 * The units whose content a person may see and use: those in sight, and those above them, since what the province or the district
 * makes is made for the communes below.
 */
export function contentUnits(actor: Actor, access: Access, tree: UnitTree): string[] {
  const inSight = access.unitsFor(actor, 'content.read');
  const seen = new Set(inSight);
  const above = actor.grants.flatMap((grant) => (seen.has(grant.unitId) ? tree.pathOf(grant.unitId) : []));
  return [...new Set([...inSight, ...above])];
}

/** Whether a unit's content may be seen and used: see `contentUnits`. */
export function maySeeContent(actor: Actor, access: Access, tree: UnitTree, unitId: string): boolean {
  return access.can(actor, 'content.read', unitId) || contentUnits(actor, access, tree).includes(unitId);
}
