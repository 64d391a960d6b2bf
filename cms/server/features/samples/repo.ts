import type { Insertable, Selectable } from 'kysely';
import { chunksOf } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type SampleRow = Selectable<Database['samples']>;

/** Of a board, the newest first. */
export function findOfBoard(db: Db | Tx, boardId: string): Promise<SampleRow[]> {
  return db
    .selectFrom('samples')
    .selectAll()
    .where('board_id', '=', boardId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

export async function find(db: Db | Tx, id: string): Promise<SampleRow | null> {
  return (await db.selectFrom('samples').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

export async function insert(tx: Tx, row: Insertable<Database['samples']>): Promise<void> {
  await tx.insertInto('samples').values(row).execute();
}

export async function remove(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const some of chunksOf(ids)) await tx.deleteFrom('samples').where('id', 'in', some).execute();
}

/** Taken before `before`, ms UTC; the oldest, so many at most. */
export async function findOlder(db: Db, before: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('samples')
    .select('id')
    .where('at', '<', before)
    .orderBy('at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Of all boards, by id: the next that have a picture, so many at most. */
export async function withPicture(db: Db, after: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('samples')
    .select('id')
    .where('id', '>', after)
    .where('width', 'is not', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Those of the ids that no row has. */
export async function unnamed(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('samples').select('id').where('id', 'in', ids).execute();
  const named = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !named.has(id));
}

/** That somebody saw pictures of the board on a day (days since 1970 UTC). @returns whether it is the first time */
export async function noteView(tx: Tx, boardId: string, userId: string, day: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('sample_views')
    .values({ board_id: boardId, user_id: userId, day })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function removeViews(db: Db, beforeDay: number): Promise<void> {
  await db.deleteFrom('sample_views').where('day', '<', beforeDay).execute();
}
