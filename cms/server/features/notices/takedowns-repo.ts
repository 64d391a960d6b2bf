/** Notices taken off all boards, and the boards that had them. */
import type { Selectable } from 'kysely';
import type { Version } from '../../../../shared/protocol/common.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Store, Tx } from '../../store/store.ts';

export type TakedownRow = Selectable<Database['notice_takedowns']>;

/** The newest first. */
export const findTakedowns = (db: Db | Tx, noticeId: string): Promise<TakedownRow[]> =>
  db
    .selectFrom('notice_takedowns')
    .selectAll()
    .where('notice_id', '=', noticeId)
    .orderBy('taken_at', 'desc')
    .orderBy('id', 'desc')
    .limit(100)
    .execute();

/** The one that keeps the notice off boards now. */
export const findOpen = (db: Db | Tx, noticeId: string): Promise<TakedownRow | undefined> =>
  db
    .selectFrom('notice_takedowns')
    .selectAll()
    .where('notice_id', '=', noticeId)
    .where('restored_at', 'is', null)
    .executeTakeFirst();

/** Those that did not come to their end: the CMS stopped in between, or something failed. */
export const findPending = (db: Db | Tx): Promise<TakedownRow[]> =>
  db.selectFrom('notice_takedowns').selectAll().where('pending', '=', 1).execute();

/** When notices were taken down and put back. */
export const findTakedownTimes = (
  db: Db | Tx,
  noticeIds: readonly string[],
): Promise<Pick<TakedownRow, 'notice_id' | 'taken_at' | 'restored_at'>[]> =>
  inChunks([...new Set(noticeIds)], (chunk) =>
    db
      .selectFrom('notice_takedowns')
      .select(['notice_id', 'taken_at', 'restored_at'])
      .where('notice_id', 'in', chunk)
      .execute(),
  );

export async function insertTakedown(tx: Tx, row: TakedownRow): Promise<void> {
  await tx.insertInto('notice_takedowns').values(row).execute();
  await tx.updateTable('notices').set({ takedown_id: row.id }).where('id', '=', row.notice_id).execute();
}

export async function endTakedown(tx: Tx, noticeId: string, by: string, now: number): Promise<void> {
  await tx
    .updateTable('notice_takedowns')
    .set({ restored_at: now, restored_by: by })
    .where('notice_id', '=', noticeId)
    .where('restored_at', 'is', null)
    .execute();
  await tx.updateTable('notices').set({ takedown_id: null }).where('id', '=', noticeId).execute();
}

/** These boards had it. */
export const insertBoards = (
  store: Pick<Store, 'insertMany'>,
  tx: Tx,
  id: string,
  boards: readonly { boardId: string; version: Version | null }[],
): Promise<void> =>
  store.insertMany(
    tx,
    'notice_takedown_boards',
    ['takedown_id', 'board_id', 'epoch', 'counter'],
    boards.map(({ boardId, version }) => [id, boardId, version?.epoch ?? null, version?.counter ?? null]),
    { ignoreConflicts: true },
  );

/** It is out of what every board is given. */
export async function finishTakedown(db: Db | Tx, id: string): Promise<void> {
  await db.updateTable('notice_takedowns').set({ pending: 0 }).where('id', '=', id).execute();
}

export async function findBoards(
  db: Db | Tx,
  takedownId: string,
): Promise<{ boardId: string; version: Version | null }[]> {
  const rows = await db
    .selectFrom('notice_takedown_boards')
    .selectAll()
    .where('takedown_id', '=', takedownId)
    .orderBy('board_id')
    .execute();
  return rows.map(({ board_id, epoch, counter }) => ({
    boardId: board_id,
    version: epoch === null || counter === null ? null : { epoch, counter },
  }));
}
