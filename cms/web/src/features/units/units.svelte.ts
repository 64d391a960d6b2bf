/** The units in sight, as a tree. */
import {
  unitDetail,
  units,
  type Unit,
  type UnitDetail,
  type UnitLevel,
} from '../../../../../shared/protocol/api/units.ts';
import type { Role } from '../../../../../shared/protocol/api/accounts.ts';
import { roleAllows } from '../../../../../shared/protocol/rights.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';
import { m } from '../../paraglide/messages.js';

/** @param on the day at whose beginning («2026-12-01»); null: as true now */
export function useUnits(on: () => string | null = () => null): Resource<Unit[]> {
  const app = useApp();
  return useResource(async (signal) => {
    const day = on();
    return (await app.api.get(day === null ? '/api/units' : `/api/units?on=${day}`, units, signal)).units;
  });
}

/** One unit with its history; null while none is asked for. */
export function useUnit(id: () => string | null): Resource<UnitDetail | null> {
  const app = useApp();
  return useResource((signal) => {
    const asked = id();
    return asked === null ? Promise.resolve(null) : app.api.get(`/api/units/${asked}`, unitDetail, signal);
  });
}

/** Those that the person may change: all of the provinces where a role of theirs says so. */
export function editableOf(all: readonly Unit[], grants: readonly { unitId: string; role: Role }[]): Unit[] {
  const roots = grants
    .filter(
      ({ role, unitId }) => roleAllows(role, 'unit.edit') && all.some((u) => u.id === unitId && u.parentId === null),
    )
    .map(({ unitId }) => unitId);
  const ids = subtreeIds(all, ...roots);
  return all.filter((u) => ids.has(u.id));
}

export function codeHint(level: UnitLevel): string {
  const hints = {
    province: m.unit_code_hint_province,
    district: m.unit_code_hint_district,
    commune: m.unit_code_hint_commune,
    village: m.unit_code_hint_other,
    body: m.unit_code_hint_other,
  };
  return hints[level]();
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

/**
 * What a unit is called that is not among those in sight.
 * @param units none: not known yet
 * @param named what says the names of units
 */
export function unseenName(
  id: string,
  units: readonly Pick<Unit, 'parentId'>[],
  named: readonly { readonly unitId: string; readonly unitName: string }[],
): string {
  const name = named.find(({ unitId }) => unitId === id)?.unitName;
  if (name !== undefined) return name;
  if (units.length === 0) return m.app_loading();
  // People are told of their own units and those below; what lies above is seen, without its name.
  return units.some(({ parentId }) => parentId === id) ? m.unit_above() : m.unit_out_of_sight();
}

/** The tree in reading order. */
export function flat(nodes: readonly UnitNode[]): UnitNode[] {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}

/** Tells units and all below them, as often as is asked, for one grouping of the tree. */
export function subtreesOf(
  all: readonly Pick<Unit, 'id' | 'parentId'>[],
): (...roots: readonly string[]) => Set<string> {
  const below = Map.groupBy(all, (u) => u.parentId);
  return (...roots) => {
    const ids = new Set(roots);
    // A Set hands out what is added while it is walked.
    for (const each of ids) for (const child of below.get(each) ?? []) ids.add(child.id);
    return ids;
  };
}

/** The units and all below them. */
export const subtreeIds = (all: readonly Pick<Unit, 'id' | 'parentId'>[], ...roots: readonly string[]): Set<string> =>
  subtreesOf(all)(...roots);

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
