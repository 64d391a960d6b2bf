import type { Selectable } from 'kysely';
import { targets } from '../../../../shared/protocol/api/content.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { Targets } from '../schedules/targets.ts';

export interface ObligationRecord {
  readonly id: string;
  /** Who obliges. */
  readonly unitId: string;
  readonly noticeId: string;
  readonly perHour: number;
  readonly order: number;
  readonly cron: string;
  readonly durationMs: number;
  readonly validFrom: number | null;
  readonly validTo: number | null;
  readonly targets: Targets;
}
export type ObligationValues = Omit<ObligationRecord, 'id'>;

function toRecord(row: Selectable<Database['obligations']>): ObligationRecord {
  return {
    id: row.id,
    unitId: row.unit_id,
    noticeId: row.notice_id,
    perHour: row.per_hour,
    order: row.sort_order,
    cron: row.cron,
    durationMs: row.duration_ms,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    targets: targets.parse(JSON.parse(row.targets)),
  };
}

const toColumns = (values: ObligationValues) => ({
  unit_id: values.unitId,
  notice_id: values.noticeId,
  per_hour: values.perHour,
  sort_order: values.order,
  cron: values.cron,
  duration_ms: values.durationMs,
  valid_from: values.validFrom,
  valid_to: values.validTo,
  targets: JSON.stringify(values.targets),
});

export async function findObligation(db: Db | Tx, id: string): Promise<ObligationRecord | null> {
  const row = await db
    .selectFrom('obligations')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

export async function findObligationsOfUnits(db: Db | Tx, unitIds: readonly string[]): Promise<ObligationRecord[]> {
  const rows = await inChunks(unitIds, (chunk) =>
    db
      .selectFrom('obligations')
      .selectAll()
      .where('unit_id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .orderBy('sort_order')
      .orderBy('id')
      .execute(),
  );
  return rows.map(toRecord);
}

export async function insertObligation(
  tx: Tx,
  id: string,
  values: ObligationValues,
  by: string,
  now: number,
): Promise<void> {
  await tx
    .insertInto('obligations')
    .values({ ...toColumns(values), id, created_at: now, updated_at: now, updated_by: by, deleted_at: null })
    .execute();
}

export async function updateObligation(
  tx: Tx,
  id: string,
  values: ObligationValues,
  by: string,
  now: number,
): Promise<void> {
  await tx
    .updateTable('obligations')
    .set({ ...toColumns(values), updated_at: now, updated_by: by })
    .where('id', '=', id)
    .execute();
}

export async function markDeleted(tx: Tx, id: string, by: string, now: number): Promise<void> {
  await tx.updateTable('obligations').set({ deleted_at: now, updated_by: by }).where('id', '=', id).execute();
}
