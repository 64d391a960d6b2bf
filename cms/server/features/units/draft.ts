/**
 * Changes of the tree that are not saved yet. Every change is checked against all others as a whole history: no code twice at a time,
 * no unit without its parent, no circle, at no moment past or to come. A refused adding or change leaves nothing behind; after a
 * refused merger or cancelling the draft is not to be saved.
 */
import { dayInWords } from './days.ts';
import { codeFor } from './code.ts';
import { codeKey, type Histories } from './histories.ts';
import { isRegistered, isUnitCode, mayHang, mayMergeInto } from '../../../../shared/protocol/unit-rules.ts';
import { UnitError } from './rules.ts';
import {
  covers,
  endOf,
  splitAt,
  versionAt,
  withoutChange,
  withParentReplaced,
  withProperties,
  type UnitProperties,
  type UnitVersion,
} from './versions.ts';

export type NewUnit = Omit<UnitVersion, 'id' | 'unitId' | 'mergedInto'>;

/** What was done, for the audit log. */
export interface DraftEntry {
  readonly action: 'unit.added' | 'unit.changed' | 'unit.merged' | 'unit.cancelled';
  readonly unitId: string;
  readonly detail: Record<string, unknown>;
}

/** What has to be written. */
export interface DraftChanges {
  readonly added: readonly string[];
  /** Units whose adding was taken back. */
  readonly removed: readonly string[];
  readonly versions: { readonly write: readonly UnitVersion[]; readonly remove: readonly string[] };
}

const unknown = (): UnitError => new UnitError('unit_unknown', 'There is no such unit', { status: 404 });

export class TreeDraft {
  readonly entries: DraftEntry[] = [];
  readonly base: Histories;
  readonly #newId: () => string;
  readonly #units = new Map<string, readonly UnitVersion[]>();
  readonly #codes = new Map<string, string[]>();
  readonly #under = new Map<string, string[]>();

  constructor(base: Histories, newId: () => string) {
    this.base = base;
    this.#newId = newId;
  }

  versionsOf(unitId: string): readonly UnitVersion[] {
    return this.#units.get(unitId) ?? this.base.units.get(unitId) ?? [];
  }

  at(unitId: string, at: number): UnitVersion | null {
    return versionAt(this.versionsOf(unitId), at);
  }

  /** The unit that has a code at a level at a time. */
  find(level: UnitVersion['level'], code: string, at: number): UnitVersion | null {
    for (const unitId of this.#withCode({ level, code })) {
      const version = this.at(unitId, at);
      if (version?.level === level && version.code === code) return version;
    }
    return null;
  }

  /** From the root to the unit, as true at a time. */
  pathAt(unitId: string, at: number): UnitVersion[] {
    const path: UnitVersion[] = [];
    for (
      let version = this.at(unitId, at);
      version && !path.includes(version);
      version = version.parentId === null ? null : this.at(version.parentId, at)
    )
      path.unshift(version);
    return path;
  }

  /** A code for a unit that no register numbers, which no other of its level ever had. @throws UnitError where a register numbers it */
  freeCode({ level, name, parentId, validFrom }: Omit<NewUnit, 'code'>): string {
    if (isRegistered(level))
      throw new UnitError('unit_code_invalid', 'A unit of this level has a code of its own', { field: 'code' });
    const above = parentId === null ? null : this.at(parentId, validFrom);
    return codeFor(name, above?.code ?? '', (code) => this.#withCode({ level, code }).size > 0);
  }

  /** @returns the unit's id @throws UnitError */
  add(unit: NewUnit): string {
    const unitId = this.#newId();
    this.#try(unitId, [{ ...unit, id: this.#newId(), unitId, mergedInto: null }]);
    this.#note('unit.added', unitId, { ...unit });
    return unitId;
  }

  /** From `at` on. @returns whether that changes anything @throws UnitError */
  change(unitId: string, at: number, to: Partial<UnitProperties>): boolean {
    const before = this.versionsOf(unitId);
    if (before.length === 0) throw unknown();
    const held = versionAt(before, at);
    if (!held) throw this.#notValid(before);
    const given = Object.fromEntries(
      Object.entries(to).filter(([key, value]) => value !== undefined && value !== held[key as keyof UnitProperties]),
    );
    if (Object.keys(given).length === 0) return false;
    const was = Object.fromEntries(Object.keys(given).map((key) => [key, held[key as keyof UnitProperties]]));
    this.#try(unitId, withProperties(before, at, given, this.#newId));
    this.#note('unit.changed', unitId, { at, ...given, before: was });
    return true;
  }

  /**
   * At `at` the unit ends and another takes its place: what hangs from it hangs from the other one then.
   * @throws UnitError
   */
  merge(unitId: string, at: number, intoId: string): void {
    const before = this.versionsOf(unitId);
    const [first, last] = [before[0], before.at(-1)];
    if (!first || !last) throw unknown();
    if (unitId === intoId) throw new UnitError('unit_merge_self', 'A unit cannot end in itself', { field: 'intoId' });
    if (at <= first.validFrom || at >= endOf(last)) throw this.#notValid(before);
    const planned = before.find((version) => version.validFrom >= at)?.validFrom ?? last.validTo;
    if (planned !== null) throw changePlanned(planned);
    const into = this.versionsOf(intoId);
    if (into.length === 0) throw unknown();
    if (!covers(into, at, Infinity)) throw this.#notValid(into, 'intoId');
    if (!into.every((version) => endOf(version) <= at || mayMergeInto(last.level, version.level)))
      throw new UnitError('unit_merge_level', 'A unit ends in one of its own level or above', { field: 'intoId' });
    if (this.#reaches(intoId, at, Infinity, unitId))
      throw new UnitError('unit_merge_below', 'A unit cannot end in one that hangs from it', { field: 'intoId' });
    const kept = splitAt(before, at, this.#newId).filter((version) => version.validFrom < at);
    this.#put(unitId, [...kept.slice(0, -1), { ...kept.at(-1)!, mergedInto: intoId }]);
    const moved = this.#childrenOf(unitId).filter((child) => {
      const was = this.versionsOf(child);
      const now = withParentReplaced(was, at, [unitId, intoId], this.#newId);
      if (now === was) return false;
      this.#put(child, now);
      this.#check(child);
      return true;
    });
    this.#note('unit.merged', unitId, { at, intoId, into: versionAt(into, at)!.name, moved });
  }

  /** Takes back what is planned to change at `at`: a change, an end, or the adding of the unit itself. @throws UnitError */
  cancel(unitId: string, at: number): void {
    const before = this.versionsOf(unitId);
    const [first, last] = [before[0], before.at(-1)];
    if (!first || !last) throw unknown();
    if (first.validFrom === at) {
      if (this.#childrenOf(unitId).some((child) => this.versionsOf(child).some((v) => v.parentId === unitId)))
        throw changePlanned(at);
      const mergedAt = this.#mergedIntoAt(unitId);
      if (mergedAt !== null) throw changePlanned(mergedAt);
      this.#put(unitId, []);
    } else if (last.validTo === at && last.mergedInto !== null) {
      const intoId = last.mergedInto;
      this.#put(unitId, [...before.slice(0, -1), { ...last, validTo: null, mergedInto: null }]);
      for (const child of this.#childrenOf(unitId)) {
        const was = this.versionsOf(child);
        const i = was.findIndex((version) => version.validFrom === at && version.parentId === intoId);
        if (i < 1 || was[i - 1]!.parentId !== unitId) continue;
        this.#put(child, withProperties(was, at, { parentId: unitId }, this.#newId));
        this.#check(child);
      }
    } else if (before.some((version) => version.validFrom === at)) {
      this.#put(unitId, withoutChange(before, at, this.#newId));
    } else throw new UnitError('unit_change_unknown', 'Nothing changes at that time', { status: 404 });
    this.#check(unitId);
    this.#checkBelow(unitId);
    this.#note('unit.cancelled', unitId, { at });
  }

  /** Provinces that it adds. */
  roots(): string[] {
    return this.changes().added.filter((id) => this.versionsOf(id)[0]!.parentId === null);
  }

  /** What has to be written to make it true. */
  changes(): DraftChanges {
    const write: UnitVersion[] = [];
    const remove: string[] = [];
    for (const [unitId, versions] of this.#units) {
      const held = new Map((this.base.units.get(unitId) ?? []).map((version) => [version.id, version]));
      for (const version of versions) {
        const same = held.get(version.id);
        if (same === version) held.delete(version.id);
        else write.push(version);
      }
      remove.push(...held.keys());
    }
    const ids = [...this.#units.keys()];
    return {
      added: ids.filter((id) => !this.base.units.has(id) && this.#units.get(id)!.length > 0),
      removed: ids.filter((id) => this.base.units.has(id) && this.#units.get(id)!.length === 0),
      versions: { write, remove },
    };
  }

  #put(unitId: string, versions: readonly UnitVersion[]): void {
    this.#units.set(unitId, versions);
    for (const version of versions) {
      push(this.#codes, codeKey(version), unitId);
      if (version.parentId !== null) push(this.#under, version.parentId, unitId);
    }
  }

  #try(unitId: string, versions: readonly UnitVersion[]): void {
    const before = this.#units.get(unitId);
    this.#put(unitId, versions);
    try {
      this.#check(unitId);
      this.#checkBelow(unitId);
    } catch (error) {
      if (before) this.#units.set(unitId, before);
      else this.#units.delete(unitId);
      throw error;
    }
  }

  #note(action: DraftEntry['action'], unitId: string, detail: Record<string, unknown>): void {
    this.entries.push({ action, unitId, detail });
  }

  /** Candidates; their versions say when. */
  #withCode(of: Pick<UnitVersion, 'level' | 'code'>): Set<string> {
    const key = codeKey(of);
    return new Set([...(this.base.byCode.get(key) ?? []), ...(this.#codes.get(key) ?? [])]);
  }

  #childrenOf(unitId: string): string[] {
    return [...new Set([...(this.base.under.get(unitId) ?? []), ...(this.#under.get(unitId) ?? [])])];
  }

  /** When another unit ends, or is to end, in this one; null: none does. */
  #mergedIntoAt(unitId: string): number | null {
    for (const id of new Set([...this.base.units.keys(), ...this.#units.keys()])) {
      const last = this.versionsOf(id).at(-1);
      if (last?.mergedInto === unitId) return last.validTo;
    }
    return null;
  }

  #notValid(versions: readonly UnitVersion[], field = 'from'): UnitError {
    const [first, last] = [versions[0]!, versions.at(-1)!];
    return new UnitError('unit_not_valid', `The unit ${last.name} does not exist at that time`, {
      field,
      params: { name: last.name, span: spanOf(first, last) },
    });
  }

  #check(unitId: string): void {
    for (const version of this.versionsOf(unitId)) {
      if (!isUnitCode(version.level, version.code))
        throw new UnitError('unit_code_invalid', 'A unit of this level has no such code', { field: 'code' });
      for (const other of this.#withCode(version)) {
        if (other === unitId) continue;
        const taken = this.versionsOf(other).find((v) => codeKey(v) === codeKey(version) && overlap(v, version));
        if (!taken) continue;
        throw new UnitError('unit_code_taken', `The code ${version.code} is that of ${taken.name}`, {
          status: 409,
          field: 'code',
          params: { code: version.code, name: taken.name },
        });
      }
      this.#checkParent(version);
    }
  }

  /** What hangs from a unit that changed must still be able to. */
  #checkBelow(unitId: string): void {
    for (const child of this.#childrenOf(unitId))
      for (const version of this.versionsOf(child)) if (version.parentId === unitId) this.#checkParent(version);
  }

  #checkParent(version: UnitVersion): void {
    const field = { field: 'parentId' };
    const wrongLevel = (): UnitError =>
      new UnitError('unit_parent_level', 'A unit of this level does not hang there', field);
    if (version.parentId === null) {
      if (!mayHang(version.level, null)) throw wrongLevel();
      return;
    }
    const parents = this.versionsOf(version.parentId);
    if (parents.length === 0) throw new UnitError('unit_parent_unknown', 'There is no such unit above', field);
    if (!covers(parents, version.validFrom, endOf(version))) {
      const [first, last] = [parents[0]!, parents.at(-1)!];
      throw new UnitError('unit_parent_not_valid', `${last.name} does not exist all that time`, {
        ...field,
        params: { name: last.name, span: spanOf(first, last) },
      });
    }
    if (!parents.every((parent) => !overlap(parent, version) || mayHang(version.level, parent.level)))
      throw wrongLevel();
    if (
      version.parentId === version.unitId ||
      this.#reaches(version.parentId, version.validFrom, endOf(version), version.unitId)
    )
      throw new UnitError('unit_parent_cycle', 'A unit cannot hang from itself or from one below it', field);
  }

  /** Whether at some time in [from, to) `target` is above `unitId`. */
  #reaches(unitId: string, from: number, to: number, target: string): boolean {
    return this.versionsOf(unitId).some(({ parentId, ...version }) => {
      const [begin, end] = [Math.max(from, version.validFrom), Math.min(to, version.validTo ?? Infinity)];
      if (begin >= end || parentId === null) return false;
      return parentId === target || this.#reaches(parentId, begin, end, target);
    });
  }
}

/** «01/01/2010 – 30/06/2025», both days included. */
const spanOf = (first: UnitVersion, last: UnitVersion): string =>
  `${dayInWords(first.validFrom)} – ${last.validTo === null ? '…' : dayInWords(last.validTo - 1)}`;

const overlap = (a: UnitVersion, b: UnitVersion): boolean => a.validFrom < endOf(b) && b.validFrom < endOf(a);

function push(map: Map<string, string[]>, key: string, unitId: string): void {
  const list = map.get(key);
  if (!list) map.set(key, [unitId]);
  else if (list.at(-1) !== unitId) list.push(unitId);
}

const changePlanned = (at: number): UnitError =>
  new UnitError('unit_change_planned', 'Something else is planned to change then or later', {
    status: 409,
    field: 'from',
    params: { date: dayInWords(at) },
  });
