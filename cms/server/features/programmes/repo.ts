import { sql } from 'kysely';
import { chunksOf, inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { Version } from '../../../../shared/protocol/common.ts';

/** Rows of seven values each. */
const rowsPerInsert = 500;

export interface Newest {
  readonly boardId: string;
  readonly version: Version;
  readonly manifest: string;
  readonly contentHash: string;
}

/** The newest programme of each board: the one that its row of progress names. */
export async function findNewest(db: Db | Tx, boardIds: readonly string[]): Promise<Map<string, Newest>> {
  const rows = await inChunks(boardIds, (chunk) =>
    db
      .selectFrom('programme_progress as progress')
      .innerJoin('programmes', (join) =>
        join
          .onRef('programmes.board_id', '=', 'progress.board_id')
          .onRef('programmes.epoch', '=', 'progress.epoch')
          .onRef('programmes.counter', '=', 'progress.counter'),
      )
      .select([
        'programmes.board_id',
        'programmes.epoch',
        'programmes.counter',
        'programmes.manifest',
        'programmes.content_hash',
      ])
      .where('progress.board_id', 'in', chunk)
      .execute(),
  );
  return new Map(
    rows.map((row) => [
      row.board_id,
      {
        boardId: row.board_id,
        version: { epoch: row.epoch, counter: row.counter },
        manifest: row.manifest,
        contentHash: row.content_hash,
      },
    ]),
  );
}

/** The newest programme of a board, with the key of the player that may speak for it now. */
export async function findNewestForPlayer(
  db: Db | Tx,
  boardId: string,
): Promise<{ newest: Newest | null; deviceKey: string | null }> {
  const newest = (await findNewest(db, [boardId])).get(boardId) ?? null;
  const device = await db
    .selectFrom('devices')
    .select('device_key')
    .where('board_id', '=', boardId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return { newest, deviceKey: device?.device_key ?? null };
}

/** Points the boards at their new programmes. */
export async function upsertProgress(tx: Tx, rows: readonly Database['programme_progress'][]): Promise<void> {
  for (let i = 0; i < rows.length; i += rowsPerInsert) {
    await tx
      .insertInto('programme_progress')
      .values(rows.slice(i, i + rowsPerInsert))
      .onConflict((conflict) =>
        conflict.column('board_id').doUpdateSet({
          epoch: sql`excluded.epoch`,
          counter: sql`excluded.counter`,
          state: sql`excluded.state`,
          missing: sql`excluded.missing`,
          error_code: sql`excluded.error_code`,
          at: sql`excluded.at`,
        }),
      )
      .execute();
  }
}

/** @returns false when the board speaks of a version that is not its newest */
export async function updateProgress(
  tx: Tx,
  { board_id, epoch, counter, ...said }: Database['programme_progress'],
): Promise<boolean> {
  const done = await tx
    .updateTable('programme_progress')
    .set(said)
    .where('board_id', '=', board_id)
    .where('epoch', '=', epoch)
    .where('counter', '=', counter)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

export async function findPart(db: Db | Tx, hash: string): Promise<string | null> {
  const row = await db.selectFrom('parts').select('body').where('hash', '=', hash).executeTakeFirst();
  return row?.body ?? null;
}

export async function findPartBodies(db: Db | Tx, hashes: readonly string[]): Promise<Map<string, string>> {
  const rows = await inChunks(hashes, (chunk) =>
    db.selectFrom('parts').select(['hash', 'body']).where('hash', 'in', chunk).execute(),
  );
  return new Map(rows.map((row) => [row.hash, row.body]));
}

/** What was published for boards that have no player yet: a small value of the installation each. */
const waitingKey = (boardId: string): string => `programme_waiting:${boardId}`;

export async function findWaiting(db: Db | Tx, boardIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await inChunks(boardIds, (chunk) =>
    db.selectFrom('settings').selectAll().where('key', 'in', chunk.map(waitingKey)).execute(),
  );
  return new Map(rows.map((row) => [row.key.slice(waitingKey('').length), row.value]));
}

export async function writeWaiting(tx: Tx, boardId: string, value: string): Promise<void> {
  await tx
    .insertInto('settings')
    .values({ key: waitingKey(boardId), value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

export async function deleteWaiting(tx: Tx, boardIds: readonly string[]): Promise<void> {
  for (const chunk of chunksOf(boardIds))
    await tx.deleteFrom('settings').where('key', 'in', chunk.map(waitingKey)).execute();
}
