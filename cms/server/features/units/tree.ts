/**
 * The organisation tree, kept in memory with its history: 3,400 units are small, and every request asks it. A unit that was merged
 * stays in it as an address: it hangs from the unit that took its place, so that its boards, content and people stay where they
 * were, and whoever answers for the new unit answers for them.
 */
import type { UnitTree } from '../../access.ts';
import type { Sources } from '../../context.ts';
import { Histories } from './histories.ts';
import { endOf, versionAt, type UnitVersion } from './versions.ts';

/** A unit in the tree at some time. */
export interface Standing {
  /** As true then; of a merged unit what was true last. */
  readonly version: UnitVersion;
  readonly parentId: string | null;
  readonly mergedInto: string | null;
}

/** The tree at one time. */
class TreeIndex implements UnitTree {
  /** It holds from here … */
  readonly from: number;
  /** … to here, when something begins or ends. */
  readonly until: number;
  readonly units: ReadonlyMap<string, Standing>;
  readonly #children = new Map<string, string[]>();

  constructor(histories: Histories, at: number) {
    const units = new Map<string, Standing>();
    let from = -Infinity;
    let until = Infinity;
    for (const [unitId, versions] of histories.units) {
      for (const { validFrom, validTo } of versions) {
        for (const edge of [validFrom, validTo ?? Infinity]) {
          if (edge > at) until = Math.min(until, edge);
          else from = Math.max(from, edge);
        }
      }
      const standing = standingOf(versions, at);
      if (!standing) continue;
      units.set(unitId, standing);
      if (standing.parentId === null) continue;
      const siblings = this.#children.get(standing.parentId);
      if (siblings) siblings.push(unitId);
      else this.#children.set(standing.parentId, [unitId]);
    }
    this.from = from;
    this.until = until;
    this.units = units;
  }

  pathOf(unitId: string): readonly string[] {
    const path: string[] = [];
    for (let id: string | null = unitId; id !== null && !path.includes(id);) {
      const unit = this.units.get(id);
      if (!unit) break;
      path.unshift(id);
      id = unit.parentId;
    }
    return path;
  }

  roots(): readonly string[] {
    return [...this.units].filter(([, { parentId }]) => parentId === null).map(([unitId]) => unitId);
  }

  subtreeOf(unitId: string): readonly string[] {
    if (!this.units.has(unitId)) return [];
    const found = new Set([unitId]);
    // A Set hands out what is added while it is walked.
    for (const id of found) for (const child of this.#children.get(id) ?? []) found.add(child);
    return [...found];
  }
}

function standingOf(versions: readonly UnitVersion[], at: number): Standing | null {
  const version = versionAt(versions, at);
  if (version) return { version, parentId: version.parentId, mergedInto: null };
  const last = versions.at(-1);
  if (!last || last.mergedInto === null || at < endOf(last)) return null;
  return { version: last, parentId: last.mergedInto, mergedInto: last.mergedInto };
}

export class LiveUnitTree implements UnitTree {
  readonly #sources: Sources;
  #histories = new Histories([], 0);
  #index: TreeIndex | null = null;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  get histories(): Histories {
    return this.#histories;
  }

  /** Takes every version of every unit; called at start and after each change. */
  load(histories: Histories): void {
    this.#histories = histories;
    this.#index = null;
  }

  /** The tree as true now. */
  now(): TreeIndex {
    const now = this.#sources.now();
    if (!this.#index || now < this.#index.from || now >= this.#index.until)
      this.#index = new TreeIndex(this.#histories, now);
    return this.#index;
  }

  /** The tree as it was, or is planned to be, at a time (ms UTC). */
  at(at: number): TreeIndex {
    const index = this.now();
    return index.from <= at && at < index.until ? index : new TreeIndex(this.#histories, at);
  }

  /** The unit as true now, or null. */
  get(unitId: string): Standing | null {
    return this.now().units.get(unitId) ?? null;
  }

  /** What the unit was called at a time (ms UTC); after its end the unit that took its place; null when it was not. */
  nameAt(unitId: string, at: number): string | null {
    for (let id: string | null = unitId, hops = 0; id !== null && hops < 100; hops++) {
      const versions: readonly UnitVersion[] = this.#histories.units.get(id) ?? [];
      const version = versionAt(versions, at);
      if (version) return version.name;
      const last = versions.at(-1);
      id = last && at >= endOf(last) ? last.mergedInto : null;
    }
    return null;
  }

  pathOf(unitId: string): readonly string[] {
    return this.now().pathOf(unitId);
  }

  subtreeOf(unitId: string): readonly string[] {
    return this.now().subtreeOf(unitId);
  }

  roots(): readonly string[] {
    return this.now().roots();
  }
}
