import type { Insertable, Selectable } from 'kysely';
import { chunksOf } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type ScreenshotRow = Selectable<Database['screenshots']>;

/** Of a board, the newest first. */
export function findOfBoard(db: Db | Tx, boardId: string): Promise<ScreenshotRow[]> {
  return db
    .selectFrom('screenshots')
    .selectAll()
    .where('board_id', '=', boardId)
    .orderBy('asked_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** When the board's present player was paired with it, ms UTC; null where it has none. */
export async function pairedAt(db: Db, boardId: string): Promise<number | null> {
  const device = await db
    .selectFrom('devices')
    .select('paired_at')
    .where('board_id', '=', boardId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return device?.paired_at ?? null;
}

/** One of this board; null where it is of another, or there is none. */
export async function find(db: Db | Tx, boardId: string, id: string): Promise<ScreenshotRow | null> {
  const row = await db
    .selectFrom('screenshots')
    .selectAll()
    .where('id', '=', id)
    .where('board_id', '=', boardId)
    .executeTakeFirst();
  return row ?? null;
}

export async function insert(
  tx: Tx,
  row: Pick<Insertable<Database['screenshots']>, 'id' | 'board_id' | 'asked_at' | 'expires_at'>,
): Promise<void> {
  const nothing = { error_code: null, taken_at: null, width: null, height: null, size: null };
  await tx
    .insertInto('screenshots')
    .values({ ...row, state: 'asked', ...nothing })
    .execute();
}

/** @returns false when a picture of it is there already, or the row is gone */
export async function markTaken(
  tx: Tx,
  id: string,
  facts: { taken_at: number; width: number; height: number; size: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('screenshots')
    .set({ ...facts, state: 'taken', error_code: null })
    .where('id', '=', id)
    .where('state', '!=', 'taken')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Of pictures that were none. Nothing else is said of a row after it. */
export const refusedCode = 'screenshot_invalid';

/** It came to nothing, unless its picture has come, or was refused. @returns whether that is so */
export async function markFailed(db: Db | Tx, boardId: string, id: string, code: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('screenshots')
    .set({ state: 'failed', error_code: code })
    .where('id', '=', id)
    .where('board_id', '=', boardId)
    .where('state', '!=', 'taken')
    .where((eb) => eb.or([eb('error_code', 'is', null), eb('error_code', '!=', refusedCode)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function remove(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const some of chunksOf(ids)) await tx.deleteFrom('screenshots').where('id', 'in', some).execute();
}

/** Asked for before `before`, ms UTC. */
export async function findOlder(db: Db, before: number): Promise<string[]> {
  const rows = await db.selectFrom('screenshots').select('id').where('asked_at', '<', before).execute();
  return rows.map(({ id }) => id);
}

/** Of all boards: those whose picture has come. */
export async function findTaken(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('screenshots').select('id').where('state', '=', 'taken').execute();
  return rows.map(({ id }) => id);
}

/** @returns whether this is the first time */
export async function noteView(tx: Tx, screenshotId: string, userId: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('screenshot_views')
    .values({ screenshot_id: screenshotId, user_id: userId })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}
