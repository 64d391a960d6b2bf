import { inChunks } from '../../store/chunks.ts';
import { nextNumber, readSetting } from '../../store/settings.ts';
import type { Role } from '../../store/schema.ts';
import type { Db, Store, Tx } from '../../store/store.ts';
import type { DraftChanges } from './draft.ts';
import { Histories } from './histories.ts';
import type { UnitVersion } from './versions.ts';

/** A role that somebody holds on a unit. */
export interface GrantRow {
  readonly userId: string;
  readonly unitId: string;
  readonly role: Role;
}

const revisionKey = 'units_revision';

export async function readRevision(db: Db | Tx): Promise<number> {
  return Number((await readSetting(db, revisionKey)) ?? 0);
}

/**
 * Names the next state of the tree. The number's row stays locked until the transaction ends: the tree is changed by one after another.
 * @returns the revision that is being changed
 */
export const takeRevision = async (tx: Tx): Promise<number> => (await nextNumber(tx, revisionKey)) - 1;

/** @param revision the state that `db` sees at least */
export async function readHistories(db: Db | Tx, revision: number): Promise<Histories> {
  const rows = await db.selectFrom('unit_versions').selectAll().orderBy('valid_from').orderBy('code').execute();
  const versions = rows.map((row): UnitVersion => ({
    id: row.id,
    unitId: row.unit_id,
    code: row.code,
    name: row.name,
    level: row.level,
    parentId: row.parent_id,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    mergedInto: row.merged_into,
  }));
  return new Histories(versions, revision);
}

export async function writeChanges(
  store: Store,
  tx: Tx,
  { added, removed, versions }: DraftChanges,
  now: number,
): Promise<void> {
  await store.insertMany(
    tx,
    'units',
    ['id', 'created_at'],
    added.map((id) => [id, now]),
  );
  await inChunks(versions.remove, async (ids) => {
    await tx.deleteFrom('unit_versions').where('id', 'in', ids).execute();
    return [];
  });
  await store.insertMany(
    tx,
    'unit_versions',
    ['id', 'unit_id', 'code', 'name', 'level', 'parent_id', 'valid_from', 'valid_to', 'merged_into'],
    versions.write.map((v) => [
      v.id,
      v.unitId,
      v.code,
      v.name,
      v.level,
      v.parentId,
      v.validFrom,
      v.validTo,
      v.mergedInto,
    ]),
  );
  await inChunks(removed, async (ids) => {
    await tx.deleteFrom('units').where('id', 'in', ids).execute();
    return [];
  });
}

/** What was granted on units whose adding is taken back, before they go. */
export async function deleteGrantsOn(tx: Tx, unitIds: readonly string[]): Promise<GrantRow[]> {
  const rows = await inChunks(unitIds, (ids) =>
    tx.deleteFrom('grants').where('unit_id', 'in', ids).returning(['user_id', 'unit_id', 'role']).execute(),
  );
  return rows
    .map((row) => ({ userId: row.user_id, unitId: row.unit_id, role: row.role }))
    .sort((a, b) => (a.userId < b.userId ? -1 : 1));
}

/** Whoever is administrator of all of `held` is so of `unitIds` too. @returns who that is */
export async function insertAdministrators(
  tx: Tx,
  unitIds: readonly string[],
  held: readonly string[],
): Promise<string[]> {
  const users = await tx
    .selectFrom('grants')
    .select('user_id')
    .where('role', '=', 'administrator')
    .where('unit_id', 'in', held)
    .groupBy('user_id')
    .having((eb) => eb.fn.count('unit_id').distinct(), '=', held.length)
    .execute();
  const grants = users.flatMap(({ user_id }) =>
    unitIds.map((unit_id) => ({ user_id, unit_id, role: 'administrator' as const })),
  );
  if (grants.length > 0) await tx.insertInto('grants').values(grants).execute();
  return users.map(({ user_id }) => user_id);
}

/** What belongs to a unit itself. */
export async function countBelongings(db: Db, unitId: string): Promise<{ boards: number; people: number }> {
  const [boards, people] = await Promise.all([
    db
      .selectFrom('boards')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('unit_id', '=', unitId)
      .where('deleted_at', 'is', null)
      .executeTakeFirstOrThrow(),
    db
      .selectFrom('grants')
      .select((eb) => eb.fn.count<number>('user_id').distinct().as('n'))
      .where('unit_id', '=', unitId)
      .executeTakeFirstOrThrow(),
  ]);
  return { boards: Number(boards.n), people: Number(people.n) };
}
