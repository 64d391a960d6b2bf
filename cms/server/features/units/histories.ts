/** Every unit with its whole history, as last read from the database: what changes start from and what the tree is built from. */
import type { UnitVersion } from './versions.ts';

export const codeKey = ({ level, code }: Pick<UnitVersion, 'level' | 'code'>): string => `${level} ${code}`;

export class Histories {
  /** Counts the changes of the tree; a draft that began from another revision is not saved. */
  readonly revision: number;
  readonly units: ReadonlyMap<string, readonly UnitVersion[]>;
  /** Units that have, had or will have a code at a level. */
  readonly byCode: ReadonlyMap<string, readonly string[]>;
  /** Units that hang, hung or will hang from a unit. */
  readonly under: ReadonlyMap<string, readonly string[]>;

  /** @param versions in the order of their validity */
  constructor(versions: readonly UnitVersion[], revision: number) {
    this.revision = revision;
    const units = new Map<string, UnitVersion[]>();
    const byCode = new Map<string, string[]>();
    const under = new Map<string, string[]>();
    const note = (map: Map<string, string[]>, key: string, unitId: string): void => {
      const list = map.get(key);
      if (!list) map.set(key, [unitId]);
      else if (!list.includes(unitId)) list.push(unitId);
    };
    for (const version of versions) {
      const list = units.get(version.unitId);
      if (list) list.push(version);
      else units.set(version.unitId, [version]);
      note(byCode, codeKey(version), version.unitId);
    }
    // A set per parent while it is built: a province of thousands would make «includes» slow.
    const seen = new Map<string, Set<string>>();
    for (const { parentId, unitId } of versions) {
      if (parentId === null) continue;
      const set = seen.get(parentId);
      if (set) set.add(unitId);
      else seen.set(parentId, new Set([unitId]));
    }
    for (const [parentId, set] of seen) under.set(parentId, [...set]);
    this.units = units;
    this.byCode = byCode;
    this.under = under;
  }
}
