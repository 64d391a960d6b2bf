import { sql } from 'kysely';
import { chunksOf, inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Store, Tx } from '../../store/store.ts';
import type { Version } from '../../../../shared/protocol/common.ts';
import type { EncodedPart } from './compile.ts';

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

export type ProgressRow = Database['programme_progress'];

/**
 * How far each state is. A version that plays has come as far as it can: a file that is lost and fetched again, or a wrong copy that
 * is refused, takes nothing back. One that was refused may be fetched again.
 */
const stateRank: Record<ProgressRow['state'], number> = {
  published: 0,
  received: 1,
  fetching: 2,
  refused: 2,
  active: 3,
};

const rankOfColumn = sql.raw(
  `(case state ${Object.entries(stateRank)
    .map(([state, rank]) => `when '${state}' then ${rank}`)
    .join(' ')} end)`,
);

/** Reports in the order in which they came, as one a board and version: the last of those that are as far as the furthest. */
function merged(rows: readonly ProgressRow[]): ProgressRow[] {
  const byVersion = new Map<string, ProgressRow>();
  for (const row of rows) {
    const key = `${row.board_id} ${row.epoch} ${row.counter}`;
    const held = byVersion.get(key);
    if (!held || stateRank[row.state] >= stateRank[held.state]) byVersion.set(key, row);
  }
  return [...byVersion.values()];
}

/** Writes reports. What speaks of a version that is not the board's newest, or would go backward, changes nothing. @returns boards with news */
export async function updateProgress(tx: Tx, reports: readonly ProgressRow[]): Promise<Set<string>> {
  const all = merged(reports);
  const written = new Set<string>();
  for (let i = 0; i < all.length; i += rowsPerInsert) {
    const text = (value: string | null) => sql`cast(${value} as text)`;
    const int = (value: number) => sql`cast(${value} as bigint)`;
    const values = all.slice(i, i + rowsPerInsert).map((row) => {
      const key = [text(row.board_id), int(row.epoch), int(row.counter)];
      const said = [text(row.state), int(stateRank[row.state]), int(row.missing), text(row.error_code), int(row.at)];
      return sql`(${sql.join([...key, ...said])})`;
    });
    // An unnamed VALUES has the columns column1, column2 … on both dialects.
    const { rows } = await sql<{ board_id: string }>`
      update programme_progress set state = v.column4, missing = v.column6, error_code = v.column7, at = v.column8
      from (values ${sql.join(values)}) as v
      where board_id = v.column1 and epoch = v.column2 and counter = v.column3 and ${rankOfColumn} <= v.column5
      returning board_id
    `.execute(tx);
    for (const { board_id } of rows) written.add(board_id);
  }
  return written;
}

/** Those that are there already stay. */
export async function insertParts(store: Store, tx: Tx, parts: readonly EncodedPart[], now: number): Promise<void> {
  await store.insertMany(
    tx,
    'parts',
    ['hash', 'size', 'body', 'created_at', 'notice_id'],
    parts.map((part) => [part.hash, part.size, part.body, now, noticeIdOf(part.body)]),
    { ignoreConflicts: true },
  );
}

export async function deleteParts(tx: Tx, hashes: readonly string[]): Promise<void> {
  await inChunks(hashes, async (chunk) => {
    await tx.deleteFrom('parts').where('hash', 'in', chunk).execute();
    return [];
  });
}

export async function findPart(db: Db | Tx, hash: string): Promise<string | null> {
  const row = await db.selectFrom('parts').select('body').where('hash', '=', hash).executeTakeFirst();
  return row?.body ?? null;
}

export async function findParts(db: Db | Tx, hashes: readonly string[]): Promise<{ hash: string; body: string }[]> {
  return inChunks(hashes, (chunk) =>
    db.selectFrom('parts').select(['hash', 'body']).where('hash', 'in', chunk).execute(),
  );
}

/** The notice that a part's text is; null for parts of other kinds. */
export function noticeIdOf(body: string): string | null {
  const said = JSON.parse(body) as { kind: string; noticeId?: string };
  return said.kind === 'notice' ? (said.noticeId ?? null) : null;
}

/** Those of the parts that are notices, of which notice each. */
export async function findNoticeParts(
  db: Db | Tx,
  hashes: readonly string[],
): Promise<{ hash: string; noticeId: string }[]> {
  return inChunks(hashes, (chunk) =>
    db
      .selectFrom('parts')
      .select(['hash', ({ ref }) => ref('notice_id').$notNull().as('noticeId')])
      .where('hash', 'in', chunk)
      .where('notice_id', 'is not', null)
      .execute(),
  );
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

/** What was published for every board that has no player yet. */
export async function findAllWaiting(db: Db | Tx): Promise<string[]> {
  const rows = await db
    .selectFrom('settings')
    .select('value')
    .where('key', 'like', `${waitingKey('')}%`)
    .execute();
  return rows.map((row) => row.value);
}

/** Boards for which something waits, that has no player to be signed for. */
export async function findBoardsWaiting(db: Db | Tx): Promise<string[]> {
  const rows = await db
    .selectFrom('settings')
    .select('key')
    .where('key', 'like', `${waitingKey('')}%`)
    .execute();
  return rows.map((row) => row.key.slice(waitingKey('').length));
}

/** Parts that are a notice, in any of its versions, by hash: when each was first published. */
export async function findPartsOfNotice(db: Db | Tx, noticeId: string): Promise<Map<string, number>> {
  const rows = await db.selectFrom('parts').select(['hash', 'created_at']).where('notice_id', '=', noticeId).execute();
  return new Map(rows.map((row) => [row.hash, row.created_at]));
}

/** Boards per query of their manifests. */
const boardsPerRead = 50;

/** Every board that was ever given a programme, some at a time. */
export async function findBoardsWithProgramme(db: Db | Tx): Promise<string[][]> {
  const rows = await db.selectFrom('programme_progress').select('board_id').orderBy('board_id').execute();
  const groups: string[][] = [];
  for (let i = 0; i < rows.length; i += boardsPerRead)
    groups.push(rows.slice(i, i + boardsPerRead).map((row) => row.board_id));
  return groups;
}

/**
 * The manifests that boards play or may still be playing: the newest of each, and of a board that has not said that it plays it, every
 * one since the board was last seen, with the one before.
 */
export async function findInUse(db: Db | Tx, boardIds: readonly string[]): Promise<string[]> {
  const newest = await findNewest(db, boardIds);
  const behind = await db
    .selectFrom('programme_progress as progress')
    .leftJoin('board_states as seen', 'seen.board_id', 'progress.board_id')
    .select(['progress.board_id', 'seen.last_seen_at'])
    .where('progress.board_id', 'in', boardIds)
    .where('progress.state', '<>', 'active')
    .execute();
  const manifests = [...newest.values()].map(({ manifest }) => manifest);
  for (const { board_id, last_seen_at } of behind) {
    const versions = await db
      .selectFrom('programmes')
      .select(['manifest', 'issued_at'])
      .where('board_id', '=', board_id)
      .orderBy('epoch', 'desc')
      .orderBy('counter', 'desc')
      .execute();
    const before = versions.findIndex(({ issued_at }) => issued_at < (last_seen_at ?? 0));
    manifests.push(...versions.slice(0, before === -1 ? undefined : before + 1).map(({ manifest }) => manifest));
  }
  return manifests;
}
