import type { Insertable, Selectable, Updateable } from 'kysely';
import type { BoardInput } from '../../../../shared/protocol/api/boards.ts';
import type { CommandName } from '../../../../shared/protocol/commands.ts';
import type { DownloadHours, DownloadLimits, MediaWait } from '../../../../shared/protocol/downloads.ts';
import { foldedName } from '../../listing.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

type Row = Selectable<Database['boards']>;

/** A board's own record, as its unit keeps it. */
export type BoardRecord = BoardInput & { readonly id: string; readonly revision: number };

function toRecord(row: Row): BoardRecord {
  return {
    id: row.id,
    unitId: row.unit_id,
    name: row.name,
    place: row.place,
    kind: row.kind,
    width: row.width,
    height: row.height,
    output: {
      x: row.output_x,
      y: row.output_y,
      width: row.output_width,
      height: row.output_height,
      rotation: row.rotation as BoardInput['output']['rotation'],
    },
    pitchUm: row.pitch_um,
    readingDistanceCm: row.reading_distance_cm,
    zone: row.zone,
    groups: JSON.parse(row.groups) as string[],
    defaultPlaylistId: row.default_playlist_id,
    revision: row.revision,
  };
}

type Columns = Omit<Insertable<Database['boards']>, 'id' | 'revision' | 'created_at' | 'deleted_at'>;

const toColumns = (input: BoardInput): Columns => ({
  unit_id: input.unitId,
  name: input.name,
  place: input.place,
  kind: input.kind,
  width: input.width,
  height: input.height,
  output_x: input.output.x,
  output_y: input.output.y,
  output_width: input.output.width,
  output_height: input.output.height,
  rotation: input.output.rotation,
  pitch_um: input.pitchUm,
  reading_distance_cm: input.readingDistanceCm,
  zone: input.zone,
  groups: JSON.stringify(input.groups),
  default_playlist_id: input.defaultPlaylistId,
  folded: foldedName(input.name),
});

export async function findBoard(db: Db | Tx, id: string): Promise<BoardRecord | null> {
  const row = await db
    .selectFrom('boards')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** As `findBoard`, and until the transaction ends nobody else changes the board. */
export async function holdBoard(tx: Tx, id: string): Promise<BoardRecord | null> {
  const row = await tx
    .selectFrom('boards')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

export async function findBoards(db: Db | Tx, ids: readonly string[]): Promise<BoardRecord[]> {
  return inChunks(ids, async (chunk) => {
    const rows = await db
      .selectFrom('boards')
      .selectAll()
      .where('id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .execute();
    return rows.map(toRecord);
  });
}

/** As `findBoards`, and until the transaction ends nobody changes or deletes them. */
export async function holdBoards(tx: Tx, ids: readonly string[]): Promise<BoardRecord[]> {
  return inChunks(ids, async (chunk) => {
    const rows = await tx
      .selectFrom('boards')
      .selectAll()
      .where('id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .forShare()
      .execute();
    return rows.map(toRecord);
  });
}

export async function findBoardsOfUnits(db: Db | Tx, unitIds: readonly string[]): Promise<BoardRecord[]> {
  return inChunks(unitIds, async (chunk) => {
    const rows = await db
      .selectFrom('boards')
      .selectAll()
      .where('unit_id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map(toRecord);
  });
}

/** Where a board is, and by whose clock. */
export interface BoardPlace {
  readonly id: string;
  readonly unitId: string;
  readonly name: string;
  readonly zone: string;
}

export async function findPlaces(db: Db | Tx, unitIds: readonly string[]): Promise<BoardPlace[]> {
  return inChunks(unitIds, (chunk) =>
    db
      .selectFrom('boards')
      .select(['id', 'unit_id as unitId', 'name', 'zone'])
      .where('unit_id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .execute(),
  );
}

/** The units that have a board. */
export async function unitsWithBoards(db: Db | Tx): Promise<string[]> {
  const rows = await db.selectFrom('boards').select('unit_id').distinct().where('deleted_at', 'is', null).execute();
  return rows.map((row) => row.unit_id);
}

export async function insertBoard(tx: Tx, id: string, input: BoardInput, now: number): Promise<void> {
  await tx
    .insertInto('boards')
    .values({ ...toColumns(input), id, created_at: now, deleted_at: null })
    .execute();
}

/** Writes the columns that differ, and the next revision. */
export async function updateBoard(tx: Tx, { id, revision, ...before }: BoardRecord, input: BoardInput): Promise<void> {
  const was: Record<string, unknown> = toColumns(before);
  const columns: Updateable<Database['boards']> = Object.fromEntries(
    Object.entries(toColumns(input)).filter(([column, value]) => value !== was[column]),
  );
  await tx
    .updateTable('boards')
    .set({ ...columns, revision: revision + 1 })
    .where('id', '=', id)
    .execute();
}

/** The board belongs to another unit from now on. */
export async function insertMove(tx: Tx, boardId: string, fromUnitId: string, now: number): Promise<void> {
  await tx
    .insertInto('board_moves')
    .values({ board_id: boardId, at: now, from_unit_id: fromUnitId })
    // Twice in one millisecond: where it was before both.
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** To which unit a board belonged at a time (ms UTC), deleted or not; null when there is no such board. */
export type Belonging = (boardId: string, at: number) => string | null;

export async function readBelonging(db: Db | Tx, boardIds: readonly string[]): Promise<Belonging> {
  const rows = await inChunks([...new Set(boardIds)], (chunk) =>
    db
      .selectFrom('boards')
      .leftJoin('board_moves', 'board_moves.board_id', 'boards.id')
      .select(['boards.id', 'boards.unit_id', 'board_moves.at', 'board_moves.from_unit_id'])
      .where('boards.id', 'in', chunk)
      .orderBy('board_moves.at')
      .execute(),
  );
  const ofBoard = Map.groupBy(rows, (row) => row.id);
  return (boardId, at) => {
    const moves = ofBoard.get(boardId);
    if (!moves) return null;
    return moves.find((move) => move.at !== null && at < move.at)?.from_unit_id ?? moves[0]!.unit_id;
  };
}

/** A board belonged to a unit in [from, to), ms UTC. */
export interface Stay {
  readonly unitId: string;
  readonly from: number;
  readonly to: number;
}

/** Where boards have belonged since they were made, the first first; the last stay goes on. */
export async function readStays(db: Db | Tx, boardIds: readonly string[]): Promise<Map<string, Stay[]>> {
  const rows = await inChunks([...new Set(boardIds)], (chunk) =>
    db
      .selectFrom('boards')
      .leftJoin('board_moves', 'board_moves.board_id', 'boards.id')
      .select(['boards.id', 'boards.unit_id', 'boards.created_at', 'board_moves.at', 'board_moves.from_unit_id'])
      .where('boards.id', 'in', chunk)
      .orderBy('board_moves.at')
      .execute(),
  );
  const stays = new Map<string, Stay[]>();
  for (const [id, moves] of Map.groupBy(rows, (row) => row.id)) {
    const own: Stay[] = [];
    const [{ created_at, unit_id }] = moves as [(typeof moves)[number]];
    let from = created_at;
    for (const { at, from_unit_id } of moves) {
      if (at === null || from_unit_id === null) continue;
      own.push({ unitId: from_unit_id, from, to: at });
      from = at;
    }
    stays.set(id, [...own, { unitId: unit_id, from, to: Infinity }]);
  }
  return stays;
}

/** A board that is out of use. */
export async function findRetired(db: Db | Tx, id: string): Promise<BoardRecord | null> {
  const row = await db
    .selectFrom('boards')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** @returns false when it is in use */
export async function markRestored(tx: Tx, id: string): Promise<boolean> {
  const done = await tx
    .updateTable('boards')
    .set({ deleted_at: null, deleted_by: null })
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** Marks the board deleted and takes the right to speak from its player. */
export async function markDeleted(tx: Tx, id: string, by: string, now: number): Promise<void> {
  await tx.updateTable('boards').set({ deleted_at: now, deleted_by: by }).where('id', '=', id).execute();
  await tx
    .updateTable('devices')
    .set({ ended_at: now })
    .where('board_id', '=', id)
    .where('ended_at', 'is', null)
    .execute();
}

/** The unit of a playlist that may be shown, or null. Until the transaction ends nobody changes or deletes the playlist. */
export async function holdUnitOfPlaylist(tx: Tx, playlistId: string): Promise<string | null> {
  const row = await tx
    .selectFrom('playlists')
    .select('unit_id')
    .where('id', '=', playlistId)
    .where('deleted_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  return row?.unit_id ?? null;
}

export interface Device {
  readonly id: string;
  readonly boardId: string;
  /** Base64url Ed25519 public key. */
  readonly deviceKey: string;
}

export async function currentDevices(db: Db | Tx, boardIds: readonly string[]): Promise<Device[]> {
  return inChunks(boardIds, async (chunk) => {
    const rows = await db
      .selectFrom('devices')
      .innerJoin('boards', 'boards.id', 'devices.board_id')
      .select(['devices.id', 'devices.board_id', 'devices.device_key'])
      .where('devices.board_id', 'in', chunk)
      .where('devices.ended_at', 'is', null)
      .where('boards.deleted_at', 'is', null)
      .execute();
    return rows.map((row) => ({ id: row.id, boardId: row.board_id, deviceKey: row.device_key }));
  });
}

export interface LiveRow {
  readonly boardId: string;
  readonly paired: boolean;
  readonly state: Omit<Selectable<Database['board_states']>, 'board_id'> | null;
  readonly progress: Omit<Selectable<Database['programme_progress']>, 'board_id'> | null;
  /** That its media wait for. */
  readonly hours: DownloadHours | null;
  readonly forkedAt: number | null;
}

/** When boards were ordered to fetch media; whoever was not, or may at any time, is left out. */
async function downloadHours(db: Db | Tx, boardIds: readonly string[]): Promise<Map<string, DownloadHours>> {
  const rows = await inChunks(boardIds, (chunk) =>
    db
      .selectFrom('commands')
      .select(['board_id', 'payload'])
      .where('board_id', 'in', chunk)
      .where('name', '=', 'setDownloads' satisfies CommandName)
      .where('state', 'in', ['received', 'done'])
      .orderBy('issued_at')
      .execute(),
  );
  const last = new Map(rows.map((row) => [row.board_id, (JSON.parse(row.payload) as DownloadLimits).hours]));
  return new Map([...last].flatMap(([boardId, hours]) => (hours ? [[boardId, hours]] : [])));
}

/** What boards last said of themselves, joined with how far their programme has come. */
export async function liveRows(db: Db | Tx, boardIds: readonly string[]): Promise<LiveRow[]> {
  return inChunks(boardIds, async (chunk) => {
    const [devices, states, progress, forks] = await Promise.all([
      currentDevices(db, chunk),
      db.selectFrom('board_states').selectAll().where('board_id', 'in', chunk).execute(),
      db.selectFrom('programme_progress').selectAll().where('board_id', 'in', chunk).execute(),
      db
        .selectFrom('journals')
        .select((e) => ['board_id' as const, e.fn.max('forked_at').as('at')])
        .where('board_id', 'in', chunk)
        .where('forked_at', 'is not', null)
        .groupBy('board_id')
        .execute(),
    ]);
    const wait: MediaWait = 'media_waits_hours';
    const waiting = progress.filter((row) => row.error_code === wait).map((row) => row.board_id);
    const hoursOf = await downloadHours(db, waiting);
    const paired = new Set(devices.map((device) => device.boardId));
    const stateOf = new Map(states.map((row) => [row.board_id, row]));
    const progressOf = new Map(progress.map((row) => [row.board_id, row]));
    const forkOf = new Map(forks.map((row) => [row.board_id, row.at]));
    return chunk.map((boardId) => ({
      boardId,
      paired: paired.has(boardId),
      state: stateOf.get(boardId) ?? null,
      progress: progressOf.get(boardId) ?? null,
      hours: hoursOf.get(boardId) ?? null,
      forkedAt: forkOf.get(boardId) ?? null,
    }));
  });
}
