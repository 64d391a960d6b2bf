/** One unit with its history, as the page shows it. */
import type { UnitDetail } from '../../../../shared/protocol/api/units.ts';
import { UnitError } from './rules.ts';
import type { LiveUnitTree } from './tree.ts';
import { endOf, versionAt } from './versions.ts';

/** @param now ms UTC @throws UnitError `unit_unknown` */
export function detailOf(
  tree: LiveUnitTree,
  unitId: string,
  now: number,
  more: Pick<UnitDetail, 'boards' | 'people' | 'mayEdit'>,
): UnitDetail {
  const versions = tree.histories.units.get(unitId) ?? [];
  const [first, last] = [versions[0], versions.at(-1)];
  if (!first || !last) throw new UnitError('unit_unknown', 'There is no such unit', { status: 404 });
  const version = versionAt(versions, now) ?? (now < first.validFrom ? first : last);
  const at = Math.min(Math.max(now, version.validFrom), endOf(version) - 1);
  const merged = last.mergedInto;
  const below = tree.subtreeOf(unitId);
  return {
    unit: {
      id: unitId,
      code: version.code,
      name: version.name,
      level: version.level,
      parentId: tree.get(unitId)?.parentId ?? version.parentId,
      mergedInto: tree.get(unitId)?.mergedInto ?? null,
    },
    state: now < first.validFrom ? 'planned' : now < endOf(last) ? 'current' : 'former',
    path: tree
      .at(at)
      .pathOf(unitId)
      .slice(0, -1)
      .map((id) => ({ id, name: tree.nameAt(id, at) ?? '' })),
    history: versions.map(({ code, name, level, parentId, validFrom, validTo }) => ({
      code,
      name,
      level,
      parentId,
      parentName: parentId === null ? null : tree.nameAt(parentId, validFrom),
      validFrom,
      validTo,
    })),
    mergedInto:
      merged === null
        ? null
        : { id: merged, name: tree.nameAt(merged, Math.max(now, endOf(last))) ?? '', at: endOf(last) },
    absorbed: absorbedBy(tree, unitId),
    children: below.filter((id) => tree.get(id)?.parentId === unitId && tree.get(id)?.mergedInto === null).length,
    below: below.filter((id) => id !== unitId && tree.get(id)?.mergedInto === null).length,
    ...more,
  };
}

function absorbedBy(tree: LiveUnitTree, unitId: string): UnitDetail['absorbed'] {
  const found: UnitDetail['absorbed'] = [];
  for (const [id, versions] of tree.histories.units) {
    const last = versions.at(-1)!;
    if (last.mergedInto === unitId) found.push({ id, name: last.name, at: endOf(last) });
  }
  return found.sort((a, b) => a.at - b.at);
}
