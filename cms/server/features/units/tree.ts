/** The organisation tree as true now, kept in memory: 3,400 units and their history are small, and every request asks it. */
import type { UnitTree } from '../../access.ts';
import type { Sources } from '../../context.ts';
import type { UnitVersion } from './repo.ts';

interface Index {
  /** The index holds from here … */
  readonly from: number;
  /** … to here, when a version begins or ends. */
  readonly until: number;
  readonly units: ReadonlyMap<string, UnitVersion>;
  readonly children: ReadonlyMap<string, readonly string[]>;
}

function isTrueAt(version: UnitVersion, at: number): boolean {
  return version.validFrom <= at && (version.validTo === null || at < version.validTo);
}

function buildIndex(versions: readonly UnitVersion[], now: number): Index {
  const units = new Map<string, UnitVersion>();
  const children = new Map<string, string[]>();
  let from = -Infinity;
  let until = Infinity;
  for (const version of versions) {
    for (const edge of [version.validFrom, version.validTo]) {
      if (edge === null) continue;
      if (edge > now) until = Math.min(until, edge);
      else from = Math.max(from, edge);
    }
    if (!isTrueAt(version, now)) continue;
    units.set(version.unitId, version);
    if (version.parentId === null) continue;
    const siblings = children.get(version.parentId);
    if (siblings) siblings.push(version.unitId);
    else children.set(version.parentId, [version.unitId]);
  }
  return { from, until, units, children };
}

export class LiveUnitTree implements UnitTree {
  readonly #sources: Sources;
  #versions: readonly UnitVersion[] = [];
  #index: Index | null = null;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Takes every version of every unit; called at start and after each change. */
  load(versions: readonly UnitVersion[]): void {
    this.#versions = versions;
    this.#index = null;
  }

  #now(): Index {
    const now = this.#sources.now();
    if (!this.#index || now < this.#index.from || now >= this.#index.until)
      this.#index = buildIndex(this.#versions, now);
    return this.#index;
  }

  /** The unit as true now, or null. */
  get(unitId: string): UnitVersion | null {
    return this.#now().units.get(unitId) ?? null;
  }

  /** What the unit was called at a time (ms UTC), or null when it was not. */
  nameAt(unitId: string, at: number): string | null {
    return this.#versions.find((version) => version.unitId === unitId && isTrueAt(version, at))?.name ?? null;
  }

  pathOf(unitId: string): readonly string[] {
    const { units } = this.#now();
    const path: string[] = [];
    for (
      let unit = units.get(unitId);
      unit && !path.includes(unit.unitId);
      unit = unit.parentId === null ? undefined : units.get(unit.parentId)
    ) {
      path.unshift(unit.unitId);
    }
    return path;
  }

  roots(): readonly string[] {
    return [...this.#now().units.values()].filter((unit) => unit.parentId === null).map((unit) => unit.unitId);
  }

  subtreeOf(unitId: string): readonly string[] {
    const { units, children } = this.#now();
    if (!units.has(unitId)) return [];
    const found = new Set([unitId]);
    // A Set hands out what is added while it is walked.
    for (const id of found) for (const child of children.get(id) ?? []) found.add(child);
    return [...found];
  }
}
