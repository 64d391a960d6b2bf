/** The history of one unit: its versions follow one another without gap or overlap. Times are ms UTC. */
import type { UnitLevel } from '../../../../shared/protocol/api/units.ts';

/** What may change from a day on. */
export interface UnitProperties {
  readonly code: string;
  readonly name: string;
  readonly level: UnitLevel;
  readonly parentId: string | null;
}

/** What a unit is called and where it hangs in [validFrom, validTo). */
export interface UnitVersion extends UnitProperties {
  readonly id: string;
  readonly unitId: string;
  readonly validFrom: number;
  /** null: until something else is said. */
  readonly validTo: number | null;
  /** On the last version: the unit that took this one's place when it ended. */
  readonly mergedInto: string | null;
}

const keys = ['code', 'name', 'level', 'parentId'] as const;

export const endOf = (version: UnitVersion): number => version.validTo ?? Infinity;

export const versionAt = (versions: readonly UnitVersion[], at: number): UnitVersion | null =>
  versions.find((version) => version.validFrom <= at && at < endOf(version)) ?? null;

/** Whether the unit exists during all of [from, to). */
export function covers(versions: readonly UnitVersion[], from: number, to: number): boolean {
  const [first, last] = [versions[0], versions.at(-1)];
  return first !== undefined && last !== undefined && first.validFrom <= from && to <= endOf(last);
}

/** The same history with a border at `at`; `newId` names the later half. */
export function splitAt(versions: readonly UnitVersion[], at: number, newId: () => string): UnitVersion[] {
  return versions.flatMap((version) =>
    version.validFrom < at && at < endOf(version)
      ? [
          { ...version, validTo: at, mergedInto: null },
          { ...version, id: newId(), validFrom: at },
        ]
      : [version],
  );
}

/** Neighbours that say the same become one. */
export function joined(versions: readonly UnitVersion[]): UnitVersion[] {
  const result: UnitVersion[] = [];
  for (const version of versions) {
    const last = result.at(-1);
    if (last && keys.every((key) => last[key] === version[key]))
      result[result.length - 1] = { ...last, validTo: version.validTo, mergedInto: version.mergedInto };
    else result.push(version);
  }
  return result;
}

/**
 * From `at` on the given properties hold, each until the day on which that property changes again anyway: a name that is corrected in
 * the past does not undo a later renaming, and moving a unit does not undo its planned renaming.
 */
export function withProperties(
  versions: readonly UnitVersion[],
  at: number,
  to: Partial<UnitProperties>,
  newId: () => string,
): UnitVersion[] {
  const result = splitAt(versions, at, newId);
  const begin = result.findIndex((version) => version.validFrom === at);
  if (begin === -1) return [...versions];
  for (const key of keys) {
    if (to[key] === undefined) continue;
    const was = result[begin]![key];
    for (let i = begin; i < result.length && result[i]![key] === was; i++)
      result[i] = { ...result[i]!, [key]: to[key] };
  }
  return joined(result);
}

/** Without what changes at `at`; changes after it stay. */
export function withoutChange(versions: readonly UnitVersion[], at: number, newId: () => string): UnitVersion[] {
  const i = versions.findIndex((version) => version.validFrom === at);
  const [before, changed] = [versions[i - 1], versions[i]];
  if (!before || !changed) return [...versions];
  const back = Object.fromEntries(keys.filter((key) => before[key] !== changed[key]).map((key) => [key, before[key]]));
  return withProperties(versions, at, back, newId);
}

/** From `at` on it hangs from `to` wherever it would hang from `from`; the same list when it never would. */
export function withParentReplaced(
  versions: readonly UnitVersion[],
  at: number,
  [from, to]: readonly [string, string],
  newId: () => string,
): readonly UnitVersion[] {
  if (!versions.some((version) => version.parentId === from && at < endOf(version))) return versions;
  return joined(
    splitAt(versions, at, newId).map((version) =>
      version.parentId === from && version.validFrom >= at ? { ...version, parentId: to } : version,
    ),
  );
}
