/** The units in sight, as a tree. */
import { units, type Unit } from '../../../../../shared/protocol/api/units.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';
import { m } from '../../paraglide/messages.js';

export function useUnits(): Resource<Unit[]> {
  const app = useApp();
  return useResource(async (signal) => (await app.api.get('/api/units', units, signal)).units);
}

export interface UnitNode {
  unit: Unit;
  depth: number;
  children: UnitNode[];
}

/** Roots are units whose parent is not in sight. Siblings stand in the order of the alphabet. */
export function treeOf(all: readonly Unit[]): UnitNode[] {
  const known = new Set(all.map((u) => u.id));
  const sorted = [...all].sort((a, b) => a.name.localeCompare(b.name, 'vi'));
  const below = (parentId: string | null, depth: number): UnitNode[] =>
    sorted
      .filter((u) => (parentId === null ? u.parentId === null || !known.has(u.parentId) : u.parentId === parentId))
      .map((unit) => ({ unit, depth, children: below(unit.id, depth + 1) }));
  return below(null, 0);
}

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
