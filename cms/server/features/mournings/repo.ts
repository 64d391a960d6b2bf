/** Mournings, with the ends that were set later. */
import type { Selectable } from 'kysely';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export interface MourningValues {
  readonly unitId: string;
  readonly reason: string;
  readonly reference: string;
  readonly startsAt: number;
  readonly endsAt: number;
}
export interface MourningRecord extends MourningValues {
  readonly id: string;
  readonly revision: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly liftedAt: number | null;
  readonly liftedBy: string | null;
  /** Since when boards lack a change of it. */
  readonly unsentSince: number | null;
}
export interface ChangeRecord {
  readonly mourningId: string;
  readonly at: number;
  readonly by: string;
  readonly endsAt: number;
}

const toRecord = (row: Selectable<Database['mournings']>): MourningRecord => ({
  id: row.id,
  unitId: row.unit_id,
  reason: row.reason,
  reference: row.reference,
  startsAt: row.starts_at,
  endsAt: row.ends_at,
  revision: row.revision,
  createdAt: row.created_at,
  createdBy: row.created_by,
  liftedAt: row.lifted_at,
  liftedBy: row.lifted_by,
  unsentSince: row.unsent_since,
});

export async function findMourning(db: Db | Tx, id: string): Promise<MourningRecord | null> {
  const row = await db.selectFrom('mournings').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** Until the transaction ends whoever else asks for the same unit waits. */
export async function holdOrders(tx: Tx, rootId: string): Promise<void> {
  await tx.selectFrom('units').select('id').where('id', '=', rootId).forUpdate().execute();
}

/** The newest first. @param standingAt only those that are not over then and were not lifted, ms UTC; null: all */
export async function findMournings(
  db: Db | Tx,
  unitIds: readonly string[],
  standingAt: number | null,
  limit: number,
): Promise<MourningRecord[]> {
  const rows = await inChunks(unitIds, (chunk) =>
    db
      .selectFrom('mournings')
      .selectAll()
      .where('unit_id', 'in', chunk)
      .$if(standingAt !== null, (query) => query.where('ends_at', '>', standingAt).where('lifted_at', 'is', null))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute(),
  );
  return rows
    .map(toRecord)
    .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    .slice(0, limit);
}

/** Those that are not over and were not lifted, the first to begin first. */
export async function findStanding(db: Db | Tx, now: number): Promise<MourningRecord[]> {
  const rows = await db
    .selectFrom('mournings')
    .selectAll()
    .where('ends_at', '>', now)
    .where('lifted_at', 'is', null)
    .orderBy('starts_at')
    .orderBy('id')
    .execute();
  return rows.map(toRecord);
}

/** Those of which some part, as it was set last, lies in a period. */
export async function findDuring(db: Db | Tx, from: number, to: number): Promise<MourningRecord[]> {
  const rows = await db
    .selectFrom('mournings')
    .selectAll()
    .where('ends_at', '>', from)
    .where('starts_at', '<', to)
    .execute();
  return rows.map(toRecord);
}

/** The first one first. */
export async function findChanges(db: Db | Tx, ids: readonly string[]): Promise<ChangeRecord[]> {
  const rows = await inChunks(ids, (chunk) =>
    db.selectFrom('mourning_changes').selectAll().where('mourning_id', 'in', chunk).orderBy('revision').execute(),
  );
  return rows.map((row) => ({
    mourningId: row.mourning_id,
    at: row.changed_at,
    by: row.changed_by,
    endsAt: row.ends_at,
  }));
}

export async function insertMourning(
  tx: Tx,
  id: string,
  values: MourningValues,
  by: string,
  now: number,
): Promise<void> {
  await tx
    .insertInto('mournings')
    .values({
      id,
      unit_id: values.unitId,
      reason: values.reason,
      reference: values.reference,
      starts_at: values.startsAt,
      ends_at: values.endsAt,
      revision: 1,
      created_at: now,
      created_by: by,
      lifted_at: null,
      lifted_by: null,
      unsent_since: now,
    })
    .execute();
}

type Read = Pick<MourningRecord, 'id' | 'revision'>;

const standingAt = (tx: Tx, { id, revision }: Read) =>
  tx.updateTable('mournings').where('id', '=', id).where('revision', '=', revision).where('lifted_at', 'is', null);

/** @returns false when somebody changed or lifted it since `revision` */
export async function updateEnd(tx: Tx, read: Read, endsAt: number, by: string, now: number): Promise<boolean> {
  const revision = read.revision + 1;
  const done = await standingAt(tx, read).set({ ends_at: endsAt, revision, unsent_since: now }).executeTakeFirst();
  if (done.numUpdatedRows === 0n) return false;
  await tx
    .insertInto('mourning_changes')
    .values({ mourning_id: read.id, revision, changed_at: now, changed_by: by, ends_at: endsAt })
    .execute();
  return true;
}

/** @returns false as `updateEnd` */
export async function markLifted(tx: Tx, read: Read, by: string, now: number): Promise<boolean> {
  const done = await standingAt(tx, read)
    .set({ lifted_at: now, lifted_by: by, revision: read.revision + 1, unsent_since: now })
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

export async function markUnsent(tx: Tx, ids: readonly string[], now: number): Promise<void> {
  await tx.updateTable('mournings').set({ unsent_since: now }).where('id', 'in', ids).execute();
}

/** Boards have been given what there was to give at that time. */
export async function markSent(db: Db | Tx, id: string, unsentSince: number): Promise<void> {
  await db
    .updateTable('mournings')
    .set({ unsent_since: null })
    .where('id', '=', id)
    .where('unsent_since', '=', unsentSince)
    .execute();
}

/** Of which boards lack a change since this time or longer. */
export async function findUnsent(db: Db | Tx, since: number): Promise<MourningRecord[]> {
  const rows = await db.selectFrom('mournings').selectAll().where('unsent_since', '<=', since).execute();
  return rows.map(toRecord);
}
