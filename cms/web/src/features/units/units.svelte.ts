/** The units in sight, as a tree. */
import { units, type Unit } from '../../../../../shared/protocol/api/units.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';
import { m } from '../../paraglide/messages.js';

export function useUnits(): Resource<Unit[]> {
  const app = useApp();
  return useResource(async (signal) => (await app.api.get('/api/units', units, signal)).units);
}

const byName = new Intl.Collator('vi');

export interface UnitNode {
  unit: Unit;
  depth: number;
  children: UnitNode[];
}

/** Roots are units whose parent is not in sight. Siblings stand in the order of the alphabet. */
export function treeOf(all: readonly Unit[]): UnitNode[] {
  const known = new Set(all.map((u) => u.id));
  const below = Map.groupBy(
    [...all].sort((a, b) => byName.compare(a.name, b.name)),
    (u) => (u.parentId !== null && known.has(u.parentId) ? u.parentId : null),
  );
  const nodesOf = (parentId: string | null, depth: number): UnitNode[] =>
    (below.get(parentId) ?? []).map((unit) => ({ unit, depth, children: nodesOf(unit.id, depth + 1) }));
  return nodesOf(null, 0);
}

/** Without units that have been merged, except those that are kept and what they hang from. */
export function withoutMerged(all: readonly Unit[], keep: (unit: Unit) => boolean): Unit[] {
  if (all.every((u) => u.mergedInto === null)) return [...all];
  const known = new Map(all.map((u) => [u.id, u]));
  const kept = new Set<string>();
  for (const unit of all) {
    if (unit.mergedInto !== null && !keep(unit)) continue;
    for (let at: Unit | undefined = unit; at && !kept.has(at.id); at = known.get(at.parentId ?? '')) kept.add(at.id);
  }
  return all.filter((u) => kept.has(u.id));
}

/** Its name, with a mark when it has been merged. */
export const nameOf = (u: Unit): string => (u.mergedInto === null ? u.name : m.unit_former_name({ name: u.name }));

/** The tree in reading order. */
export function flat(nodes: readonly UnitNode[]): UnitNode[] {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}

/** The unit and all below it. */
export function subtreeIds(all: readonly Pick<Unit, 'id' | 'parentId'>[], id: string): Set<string> {
  const ids = new Set([id]);
  let grown = true;
  while (grown) {
    grown = false;
    for (const u of all) {
      if (u.parentId !== null && ids.has(u.parentId) && !ids.has(u.id)) {
        ids.add(u.id);
        grown = true;
      }
    }
  }
  return ids;
}

export function levelName(level: Unit['level']): string {
  const names = {
    province: m.unit_level_province,
    district: m.unit_level_district,
    commune: m.unit_level_commune,
    village: m.unit_level_village,
    body: m.unit_level_body,
  };
  return names[level]();
}
