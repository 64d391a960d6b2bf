/** What receiving units have answered. */
import type { Selectable } from 'kysely';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export interface Receipt {
  readonly obligationId: string;
  readonly unitId: string;
  /** When somebody of the unit first had it in sight. */
  readonly receivedAt: number | null;
  readonly acceptedAt: number | null;
  readonly acceptedBy: string | null;
  /** Its place among the unit's obligations; null: the unit has said none. */
  readonly order: number | null;
}

const toReceipt = (row: Selectable<Database['obligation_receipts']>): Receipt => ({
  obligationId: row.obligation_id,
  unitId: row.unit_id,
  receivedAt: row.received_at,
  acceptedAt: row.accepted_at,
  acceptedBy: row.accepted_by,
  order: row.sort_order,
});

export async function findReceipts(db: Db | Tx, obligationIds: readonly string[]): Promise<Receipt[]> {
  const rows = await inChunks(obligationIds, (chunk) =>
    db.selectFrom('obligation_receipts').selectAll().where('obligation_id', 'in', chunk).execute(),
  );
  return rows.map(toReceipt);
}

export async function findReceiptsOfUnits(db: Db | Tx, unitIds: readonly string[]): Promise<Receipt[]> {
  const rows = await inChunks(unitIds, (chunk) =>
    db.selectFrom('obligation_receipts').selectAll().where('unit_id', 'in', chunk).execute(),
  );
  return rows.map(toReceipt);
}

const nothing = { received_at: null, accepted_at: null, accepted_by: null, sort_order: null };

/** @returns those that the unit had not received yet */
export async function markReceived(tx: Tx, unitId: string, ids: readonly string[], now: number): Promise<string[]> {
  const news: string[] = [];
  for (const id of ids) {
    const done = await tx
      .insertInto('obligation_receipts')
      .values({ ...nothing, obligation_id: id, unit_id: unitId, received_at: now })
      .onConflict((conflict) =>
        conflict
          .columns(['obligation_id', 'unit_id'])
          .doUpdateSet({ received_at: now })
          .where('obligation_receipts.received_at', 'is', null),
      )
      .executeTakeFirst();
    if ((done.numInsertedOrUpdatedRows ?? 0n) > 0n) news.push(id);
  }
  return news;
}

/** @returns false when it was accepted before; the first acceptance stands */
export async function markAccepted(
  tx: Tx,
  { unitId, id }: { unitId: string; id: string },
  by: string,
  now: number,
): Promise<boolean> {
  await markReceived(tx, unitId, [id], now);
  const done = await tx
    .updateTable('obligation_receipts')
    .set({ accepted_at: now, accepted_by: by })
    .where('obligation_id', '=', id)
    .where('unit_id', '=', unitId)
    .where('accepted_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** The unit's order is this one. */
export async function writeOrder(tx: Tx, unitId: string, ids: readonly string[]): Promise<void> {
  for (const [place, id] of ids.entries())
    await tx
      .insertInto('obligation_receipts')
      .values({ ...nothing, obligation_id: id, unit_id: unitId, sort_order: place })
      .onConflict((conflict) => conflict.columns(['obligation_id', 'unit_id']).doUpdateSet({ sort_order: place }))
      .execute();
}
