import type { Unit } from '../../../../shared/protocol/api/units.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor, UnitTree } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { allVersions, endVersion, insertUnit, insertVersion, type UnitVersion } from './repo.ts';
import type { LiveUnitTree } from './tree.ts';

export type NewUnit = Omit<UnitVersion, 'id' | 'unitId'>;

export interface UnitsService {
  /** The tree as true now. */
  readonly tree: UnitTree;
  /** The units on which the actor may read, as true now. */
  list(actor: Actor): Unit[];
  /** As true now, or null. */
  get(unitId: string): Unit | null;
  /** What a unit was called at a time (ms UTC). */
  nameAt(unitId: string, at: number): string | null;
  /** Adds a unit in the given transaction. Call `reload` when it is committed. @returns the unit's id */
  add(tx: Tx, unit: NewUnit): Promise<string>;
  /** From `at` on the unit has other properties; what was true before stays. Call `reload` when committed. */
  change(
    tx: Tx,
    unitId: string,
    at: number,
    to: Partial<Pick<NewUnit, 'code' | 'name' | 'level' | 'parentId'>>,
  ): Promise<void>;
  /** Reads the tree anew. */
  reload(): Promise<void>;
}

const toUnit = (version: UnitVersion): Unit => ({
  id: version.unitId,
  code: version.code,
  name: version.name,
  level: version.level,
  parentId: version.parentId,
});

/** @param deps.tree the tree that `context.access` asks; loaded here */
export async function createUnitsService(context: Context, deps: { tree: LiveUnitTree }): Promise<UnitsService> {
  const { store, sources, access, audit, events } = context;
  const { tree } = deps;
  tree.load(await allVersions(store.read));

  return {
    tree,
    list: (actor) => access.unitsFor(actor, 'unit.read').map((id) => toUnit(tree.get(id)!)),
    get(unitId) {
      const version = tree.get(unitId);
      return version && toUnit(version);
    },
    nameAt: (unitId, at) => tree.nameAt(unitId, at),
    async add(tx, unit) {
      const unitId = sources.newId();
      await insertUnit(tx, unitId, sources.now());
      await insertVersion(tx, { ...unit, id: sources.newId(), unitId });
      const detail = {
        code: unit.code,
        name: unit.name,
        parentId: unit.parentId,
        validFrom: unit.validFrom,
        validTo: unit.validTo,
      };
      await audit(tx, { actor: null, action: 'unit.added', subjectType: 'unit', subjectId: unitId, unitId, detail });
      return unitId;
    },
    async change(tx, unitId, at, to) {
      const version = (await allVersions(tx)).find(
        (v) => v.unitId === unitId && v.validFrom < at && (v.validTo === null || at < v.validTo),
      );
      if (!version) throw new AppError('unit_unknown', 'There is no such unit at that time', { status: 404 });
      await endVersion(tx, version.id, at);
      await insertVersion(tx, { ...version, ...to, id: sources.newId(), validFrom: at });
      await audit(tx, {
        actor: null,
        action: 'unit.changed',
        subjectType: 'unit',
        subjectId: unitId,
        unitId,
        detail: { at, ...to },
      });
    },
    async reload() {
      tree.load(await allVersions(store.read));
      events.emit('unitsChanged', {});
    },
  };
}
