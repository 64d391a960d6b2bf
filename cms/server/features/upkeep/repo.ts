import type { Selectable } from 'kysely';
import type { Upkeep, UpkeepInput } from '../../../../shared/protocol/api/upkeep.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

const toUpkeep = (row: Selectable<Database['board_upkeep']>): Upkeep => ({
  boardId: row.board_id,
  responsibleName: row.responsible_name,
  responsiblePhone: row.responsible_phone,
  latitude: row.latitude,
  longitude: row.longitude,
  simNumber: row.sim_number,
  simPaidUntil: row.sim_paid_until,
  warrantyUntil: row.warranty_until,
  note: row.note,
  revision: row.revision,
});

export async function findUpkeep(db: Db | Tx, boardId: string): Promise<Upkeep | null> {
  const row = await db.selectFrom('board_upkeep').selectAll().where('board_id', '=', boardId).executeTakeFirst();
  return row ? toUpkeep(row) : null;
}

/** Writes the next revision. @returns false when the record is not of the given one, and nothing was written */
export async function writeUpkeep(tx: Tx, boardId: string, { revision, ...input }: UpkeepInput): Promise<boolean> {
  const columns = {
    responsible_name: input.responsibleName,
    responsible_phone: input.responsiblePhone,
    latitude: input.latitude,
    longitude: input.longitude,
    sim_number: input.simNumber,
    sim_paid_until: input.simPaidUntil,
    warranty_until: input.warrantyUntil,
    note: input.note,
    revision: revision + 1,
  };
  if (revision === 0) {
    const made = await tx
      .insertInto('board_upkeep')
      .values({ board_id: boardId, ...columns })
      .onConflict((conflict) => conflict.column('board_id').doNothing())
      .executeTakeFirst();
    return (made.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
  const changed = await tx
    .updateTable('board_upkeep')
    .set(columns)
    .where('board_id', '=', boardId)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}

/** Of boards that are not deleted: what ends before `before`, ms UTC. */
export async function findDue(
  db: Db,
  before: number,
): Promise<{ board_id: string; sim_paid_until: number | null; warranty_until: number | null }[]> {
  return db
    .selectFrom('board_upkeep')
    .innerJoin('boards', 'boards.id', 'board_upkeep.board_id')
    .select(['board_id', 'sim_paid_until', 'warranty_until'])
    .where('boards.deleted_at', 'is', null)
    .where((eb) => eb.or([eb('sim_paid_until', '<', before), eb('warranty_until', '<', before)]))
    .execute();
}
