/** Obligations, with what each asked for from when on. */
import { sql, type Selectable } from 'kysely';
import { targets } from '../../../../shared/protocol/api/content.ts';
import { inChunks } from '../../store/chunks.ts';
import type { EditPlace } from '../../store/edited-page.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { Targets } from '../schedules/targets.ts';

/** How often, when, where. */
export interface Terms {
  readonly perHour: number;
  readonly cron: string;
  readonly durationMs: number;
  readonly validFrom: number | null;
  readonly validTo: number | null;
  readonly targets: Targets;
}
export interface ObligationValues extends Terms {
  /** Who obliges. */
  readonly unitId: string;
  readonly noticeId: string;
}
export interface ObligationRecord extends ObligationValues {
  readonly id: string;
  /** Its place where no receiving unit has said another; smaller first. */
  readonly order: number;
  readonly revision: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly updatedBy: string;
  /** From then on boards play it no more. */
  readonly endedAt: number | null;
  readonly endReason: string | null;
  /** Since when boards lack a change of it. */
  readonly unsentSince: number | null;
}

/** After everything that a receiving unit has put in an order. */
const lastPlace = 1000;

const toTerms = (
  row: Omit<Selectable<Database['obligation_terms']>, 'obligation_id' | 'revision' | 'from_at'>,
): Terms => ({
  perHour: row.per_hour,
  cron: row.cron,
  durationMs: row.duration_ms,
  validFrom: row.valid_from,
  validTo: row.valid_to,
  targets: targets.parse(JSON.parse(row.targets)),
});

function toRecord(row: Selectable<Database['obligations']>): ObligationRecord {
  return {
    id: row.id,
    unitId: row.unit_id,
    noticeId: row.notice_id,
    ...toTerms(row),
    order: row.sort_order,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
    endedAt: row.deleted_at,
    endReason: row.end_reason,
    unsentSince: row.unsent_since,
  };
}

const termColumns = (terms: Terms) => ({
  per_hour: terms.perHour,
  cron: terms.cron,
  duration_ms: terms.durationMs,
  valid_from: terms.validFrom,
  valid_to: terms.validTo,
  targets: JSON.stringify(terms.targets),
});
const toColumns = (values: ObligationValues) => ({
  unit_id: values.unitId,
  notice_id: values.noticeId,
  ...termColumns(values),
});

/** Ended ones too. */
export async function findObligation(db: Db | Tx, id: string): Promise<ObligationRecord | null> {
  const row = await db.selectFrom('obligations').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** Those that stand, the oldest first. */
export async function findObligationsOfUnits(db: Db | Tx, unitIds: readonly string[]): Promise<ObligationRecord[]> {
  const rows = await inChunks(unitIds, (chunk) =>
    db
      .selectFrom('obligations')
      .selectAll()
      .where('unit_id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .execute(),
  );
  return rows.map(toRecord);
}

/** How often an hour boards have to show a notice, by everything that stands. */
export async function findRatesOfNotice(tx: Tx, noticeId: string): Promise<number[]> {
  const rows = await tx
    .selectFrom('obligations')
    .select('per_hour')
    .where('notice_id', '=', noticeId)
    .where('deleted_at', 'is', null)
    .execute();
  return rows.map(({ per_hour }) => per_hour);
}

/** Those that began before `to` and had not been ended by `from`, the newest first. */
export async function findObligationsDuring(
  db: Db | Tx,
  unitIds: readonly string[],
  { from, to }: { from: number; to: number },
): Promise<ObligationRecord[]> {
  const rows = await inChunks(unitIds, (chunk) =>
    db
      .selectFrom('obligations')
      .selectAll()
      .where('unit_id', 'in', chunk)
      .where('created_at', '<', to)
      .where((eb) => eb.or([eb('deleted_at', 'is', null), eb('deleted_at', '>', from)]))
      .execute(),
  );
  return rows.map(toRecord).sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
}

/** Newest edit first. */
export async function findPage(
  db: Db | Tx,
  unitIds: readonly string[],
  ended: boolean,
  { after, limit }: { after: EditPlace | null; limit: number },
): Promise<ObligationRecord[]> {
  const rows = await inChunks(unitIds, (chunk) => {
    let query = db
      .selectFrom('obligations')
      .selectAll()
      .where('unit_id', 'in', chunk)
      .where('deleted_at', ended ? 'is not' : 'is', null);
    if (after !== null)
      query = query.where(
        sql<boolean>`(updated_at, id) < (cast(${after.updatedAt} as bigint), cast(${after.id} as text))`,
      );
    return query.orderBy('updated_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  });
  return rows
    .map(toRecord)
    .sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1))
    .slice(0, limit);
}

export async function count(db: Db | Tx, unitIds: readonly string[], ended: boolean): Promise<number> {
  const rows = await inChunks(unitIds, (chunk) =>
    db
      .selectFrom('obligations')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('unit_id', 'in', chunk)
      .where('deleted_at', ended ? 'is not' : 'is', null)
      .execute(),
  );
  return rows.reduce((sum, row) => sum + Number(row.count), 0);
}

async function insertTerms(tx: Tx, id: string, revision: number, terms: Terms, now: number): Promise<void> {
  await tx
    .insertInto('obligation_terms')
    .values({ obligation_id: id, revision, from_at: now, ...termColumns(terms) })
    .execute();
}

export async function insertObligation(
  tx: Tx,
  id: string,
  values: ObligationValues,
  by: string,
  now: number,
): Promise<void> {
  const edited = { created_at: now, updated_at: now, updated_by: by, deleted_at: null, unsent_since: now };
  await tx
    .insertInto('obligations')
    .values({ ...toColumns(values), ...edited, id, sort_order: lastPlace })
    .execute();
  await insertTerms(tx, id, 1, values, now);
}

/** @returns false when somebody edited or ended it since `revision` */
export async function updateObligation(
  tx: Tx,
  { id, revision }: Pick<ObligationRecord, 'id' | 'revision'>,
  values: ObligationValues,
  by: string,
  now: number,
): Promise<boolean> {
  const done = await tx
    .updateTable('obligations')
    .set({ ...toColumns(values), revision: revision + 1, updated_at: now, updated_by: by, unsent_since: now })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) return false;
  await insertTerms(tx, id, revision + 1, values, now);
  return true;
}

/** @returns false as `updateObligation` */
export async function markEnded(
  tx: Tx,
  { id, revision }: Pick<ObligationRecord, 'id' | 'revision'>,
  reason: string,
  by: string,
  now: number,
): Promise<boolean> {
  const done = await tx
    .updateTable('obligations')
    .set({ deleted_at: now, end_reason: reason, updated_at: now, updated_by: by, unsent_since: now })
    .set({ revision: revision + 1 })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** What obligations asked for, the first revision first. */
export async function findTerms(
  db: Db | Tx,
  ids: readonly string[],
): Promise<Map<string, (Terms & { readonly fromAt: number })[]>> {
  const rows = await inChunks(ids, (chunk) =>
    db.selectFrom('obligation_terms').selectAll().where('obligation_id', 'in', chunk).orderBy('revision').execute(),
  );
  const found = new Map<string, (Terms & { readonly fromAt: number })[]>(ids.map((id) => [id, []]));
  for (const row of rows) found.get(row.obligation_id)!.push({ ...toTerms(row), fromAt: row.from_at });
  return found;
}

/** Boards lack a change of these. What they lack already they lack since then: whoever brings them that much takes the mark away. */
export async function markUnsent(db: Db | Tx, ids: readonly string[], now: number): Promise<void> {
  await db
    .updateTable('obligations')
    .set({ unsent_since: now })
    .where('id', 'in', ids)
    .where('unsent_since', 'is', null)
    .execute();
}

/**
 * Boards of one unit lack a change of these. It has a mark of its own: whoever brings an earlier change does not take it away.
 * @returns the marks, and whether there was one before: then boards elsewhere may lack something, too
 */
export async function markOrdered(
  tx: Tx,
  ids: readonly string[],
  now: number,
): Promise<{ changes: { id: string; at: number }[]; marked: boolean }> {
  const held = await tx
    .selectFrom('obligations')
    .select('unsent_since')
    .where('id', 'in', ids)
    .orderBy('id')
    .forUpdate()
    .execute();
  const before = held.flatMap(({ unsent_since }) => unsent_since ?? []);
  const at = Math.max(now, ...before.map((mark) => mark + 1));
  await tx.updateTable('obligations').set({ unsent_since: at }).where('id', 'in', ids).execute();
  return { changes: ids.map((id) => ({ id, at })), marked: before.length > 0 };
}

/** Boards lack what was approved of a notice now. @returns what obliges them to show it */
export async function markNoticeUnsent(tx: Tx, noticeId: string, now: number): Promise<string[]> {
  const rows = await tx
    .updateTable('obligations')
    .set({ unsent_since: now })
    .where('notice_id', '=', noticeId)
    .where('deleted_at', 'is', null)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** Boards have been given what there was to give at that time. @returns whose it is; undefined where there is more to give by now */
export async function markSent(db: Db | Tx, id: string, unsentSince: number): Promise<string | undefined> {
  const row = await db
    .updateTable('obligations')
    .set({ unsent_since: null })
    .where('id', '=', id)
    .where('unsent_since', '=', unsentSince)
    .returning('unit_id')
    .executeTakeFirst();
  return row?.unit_id;
}

/** Of which boards lack a change since this time or longer. */
export async function findUnsent(db: Db | Tx, since: number): Promise<ObligationRecord[]> {
  const rows = await db.selectFrom('obligations').selectAll().where('unsent_since', '<=', since).execute();
  return rows.map(toRecord);
}
