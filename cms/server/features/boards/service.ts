import type { z } from 'zod';
import type {
  Board,
  BoardInput,
  BoardPresence,
  boardPatch,
  ProgrammeProgress,
} from '../../../../shared/protocol/api/boards.ts';
import { hostKind } from '../../../../shared/protocol/journal.ts';
import { boardMessages } from '../../../../shared/protocol/link.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Action, Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { foldOldRows } from '../../listing.ts';
import type { Tx } from '../../store/store.ts';
import type { UnitsService } from '../units/service.ts';
import * as repo from './repo.ts';
import type { Belonging, Stay, BoardRecord, Device, LiveRow, BoardPlace } from './repo.ts';

export type { BoardRecord, Device, BoardPlace } from './repo.ts';

/** Fields of a patch that are given. */
export type BoardPatch = z.infer<typeof boardPatch>;

export interface BoardsService {
  /** The boards in sight. */
  list(actor: Actor): Promise<Board[]>;
  /** @throws AppError `board_unknown` 404 when there is none or it is out of sight */
  get(actor: Actor, boardId: string): Promise<Board>;
  /** @throws AppError `output_outside_raster` | `playlist_unknown` | `forbidden` */
  create(actor: Actor, input: BoardInput): Promise<Board>;
  /** @throws AppError as `create`, `board_unknown` 404, and `revision_conflict` 409 when the board is not of the given revision any more */
  patch(actor: Actor, boardId: string, patch: BoardPatch): Promise<Board>;
  /** Takes it out of use: its player has nothing to say any more, its record and its plays stay. @throws AppError `board_unknown` 404, `forbidden` */
  remove(actor: Actor, boardId: string): Promise<void>;
  /**
   * Takes a board into use again, without a player, and without a default playlist that is gone meanwhile; of one in use nothing changes.
   * @param along writes in the same transaction
   * @throws AppError `board_unknown` 404, `forbidden`
   */
  restore(actor: Actor, boardId: string, along: (tx: Tx, board: BoardRecord) => Promise<void>): Promise<Board>;

  /**
   * The board's record if the actor may do the action there: for features that act on a board.
   * @throws AppError `board_unknown` 404 when there is none or it is out of sight, `forbidden` 403
   */
  require(actor: Actor, action: Action, boardId: string): Promise<BoardRecord>;

  /** For the system's own use, without rights: records, players, presence. Deleted boards are not there. */
  record(boardId: string, tx?: Tx): Promise<BoardRecord | null>;
  records(boardIds: readonly string[], tx?: Tx): Promise<BoardRecord[]>;
  /** As `records`, and they are held: until the transaction ends nobody changes or deletes them. */
  held(boardIds: readonly string[], tx: Tx): Promise<BoardRecord[]>;
  recordsOfUnits(unitIds: readonly string[], tx?: Tx): Promise<BoardRecord[]>;
  /** Where the boards of units are, and no more: many are asked for at once. */
  places(unitIds: readonly string[]): Promise<BoardPlace[]>;
  /** To which units they belonged when: what happened is told under the unit of its time. */
  belonging(boardIds: readonly string[]): Promise<Belonging>;
  /** Where boards have belonged since they were made, for the system's own use. */
  stays(boardIds: readonly string[]): Promise<ReadonlyMap<string, readonly Stay[]>>;
  /** The player that may speak for the board, or null. */
  device(boardId: string): Promise<Device | null>;
  devices(boardIds: readonly string[], tx?: Tx): Promise<Device[]>;
  presences(boardIds: readonly string[]): Promise<BoardPresence[]>;
  progress(boardIds: readonly string[]): Promise<ProgrammeProgress[]>;
  /** Makes rows of a release before findable. */
  foldOldRows(): Promise<void>;
}

function toPresence(row: LiveRow): BoardPresence {
  const { state } = row;
  // Written by this CMS from a parsed message; a release that said it otherwise shows as silence, not as an error.
  const said = state?.state ? boardMessages.stateChangedV1.request.safeParse(JSON.parse(state.state)).data : undefined;
  return {
    boardId: row.boardId,
    presence: row.paired ? (state?.online ? 'online' : 'offline') : 'unpaired',
    since: state?.since ?? null,
    lastSeenAt: state?.last_seen_at ?? null,
    host: hostKind.safeParse(state?.host).data ?? null,
    screenOn: said?.screenOn ?? null,
    screenRests: said?.screenRests ?? false,
    now: said?.now ?? null,
    next: said?.next ?? null,
    programme: said?.programme ?? null,
    cut: said?.cut ?? false,
    forkedAt: row.forkedAt,
  };
}

/** What the player before was given says nothing of a board that has none. */
function toProgress({ boardId, paired, progress, hours }: LiveRow): ProgrammeProgress | null {
  if (!progress || !paired) return null;
  return {
    boardId,
    version: { epoch: progress.epoch, counter: progress.counter },
    state: progress.state,
    missing: progress.missing,
    errorCode: progress.error_code,
    hours,
    at: progress.at,
  };
}

function assertInsideRaster({ width, height, output }: BoardInput): void {
  if (output.x + output.width <= width && output.y + output.height <= height) return;
  throw new AppError('output_outside_raster', `The output region leaves the raster of ${width}×${height}`, {
    field: 'output',
    params: { width, height },
  });
}

export function createBoardsService(context: Context, deps: { units: UnitsService }): BoardsService {
  const { store, sources, access, audit, events } = context;
  const { units } = deps;

  const unknown = (): AppError => new AppError('board_unknown', 'There is no such board', { status: 404 });

  async function views(records: readonly BoardRecord[]): Promise<Board[]> {
    const live = new Map(
      (
        await repo.liveRows(
          store.read,
          records.map((record) => record.id),
        )
      ).map((row) => [row.boardId, row]),
    );
    return records.map((record) => {
      const row = live.get(record.id)!;
      return {
        ...record,
        unitName: units.nameOf(record.unitId),
        presence: toPresence(row),
        progress: toProgress(row),
      };
    });
  }

  async function require(actor: Actor, action: Action, boardId: string): Promise<BoardRecord> {
    const record = await repo.findBoard(store.read, boardId);
    if (!record || !access.canReach(actor, 'board.read', record.unitId)) {
      throw unknown();
    }
    access.assertReach(actor, action, record.unitId);
    return record;
  }

  /** A default playlist is one of the board's own unit or of a unit above it. */
  async function hasPlaylist(tx: Tx, { defaultPlaylistId, unitId }: BoardInput): Promise<boolean> {
    if (defaultPlaylistId === null) return true;
    const owner = await repo.holdUnitOfPlaylist(tx, defaultPlaylistId);
    return owner !== null && units.tree.pathOf(unitId).includes(owner);
  }

  async function assertPlaylist(tx: Tx, input: BoardInput): Promise<void> {
    if (await hasPlaylist(tx, input)) return;
    throw new AppError('playlist_unknown', 'There is no such playlist for this board', { field: 'defaultPlaylistId' });
  }

  async function view(boardId: string): Promise<Board> {
    const record = await repo.findBoard(store.write, boardId);
    if (!record) throw unknown();
    return (await views([record]))[0]!;
  }

  return {
    require,
    async list(actor) {
      // Also those left on a unit that has ended: whoever reaches them is the one to move them on.
      const ended = (await repo.unitsWithBoards(store.read)).filter(
        (unitId) => units.tree.pathOf(unitId).length === 0 && access.canReach(actor, 'board.read', unitId),
      );
      return views(await repo.findBoardsOfUnits(store.read, [...access.unitsFor(actor, 'board.read'), ...ended]));
    },
    async get(actor, boardId) {
      return (await views([await require(actor, 'board.read', boardId)]))[0]!;
    },
    async create(actor, input) {
      access.assert(actor, 'board.edit', input.unitId);
      assertInsideRaster(input);
      const id = sources.newId();
      await store.transaction(async (tx) => {
        await assertPlaylist(tx, input);
        await repo.insertBoard(tx, id, input, sources.now());
        const detail = { name: input.name };
        await audit(tx, {
          actor,
          action: 'board.created',
          subjectType: 'board',
          subjectId: id,
          unitId: input.unitId,
          detail,
        });
      });
      events.emit('boardChanged', { boardId: id });
      return view(id);
    },
    async patch(actor, boardId, { revision, ...patch }) {
      await require(actor, 'board.edit', boardId);
      const moved = await store.transaction(async (tx) => {
        const held = await repo.holdBoard(tx, boardId);
        if (!held) throw unknown();
        const { id: _id, revision: current, ...before } = held;
        const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
        const input: BoardInput = { ...before, ...given };
        access.assertReach(actor, 'board.edit', before.unitId);
        if (revision !== undefined && revision !== current)
          throw new AppError('revision_conflict', 'Somebody else has changed it meanwhile', {
            status: 409,
            params: { revision: current },
          });
        if (input.unitId !== before.unitId) access.assert(actor, 'board.edit', input.unitId);
        assertInsideRaster(input);
        if (input.defaultPlaylistId !== before.defaultPlaylistId || input.unitId !== before.unitId)
          await assertPlaylist(tx, input);
        await repo.updateBoard(tx, held, input);
        if (input.unitId !== before.unitId) await repo.insertMove(tx, boardId, before.unitId, sources.now());
        await audit(tx, {
          actor,
          action: 'board.changed',
          subjectType: 'board',
          subjectId: boardId,
          unitId: input.unitId,
          detail: given,
        });
        return input.unitId !== before.unitId || input.groups.join('\n') !== before.groups.join('\n');
      });
      if (moved) events.emit('boardMoved', { boardId });
      events.emit('boardChanged', { boardId });
      return view(boardId);
    },
    async remove(actor, boardId) {
      await require(actor, 'board.edit', boardId);
      await store.transaction(async (tx) => {
        const held = await repo.holdBoard(tx, boardId);
        if (!held) throw unknown();
        access.assertReach(actor, 'board.edit', held.unitId);
        await repo.markDeleted(tx, boardId, actor.userId, sources.now());
        const detail = { name: held.name };
        await audit(tx, {
          actor,
          action: 'board.deleted',
          subjectType: 'board',
          subjectId: boardId,
          unitId: held.unitId,
          detail,
        });
      });
      events.emit('boardUnpaired', { boardId });
      events.emit('boardChanged', { boardId });
    },
    async restore(actor, boardId, along) {
      const retired = await repo.findRetired(store.read, boardId);
      if (!retired) return view((await require(actor, 'board.edit', boardId)).id);
      if (!access.canReach(actor, 'board.read', retired.unitId)) throw unknown();
      access.assertReach(actor, 'board.edit', retired.unitId);
      await store.transaction(async (tx) => {
        if (!(await repo.markRestored(tx, boardId))) return;
        const { id: _id, revision: _revision, ...input } = retired;
        if (!(await hasPlaylist(tx, input))) await repo.updateBoard(tx, retired, { ...input, defaultPlaylistId: null });
        await along(tx, retired);
        const detail = { name: retired.name };
        await audit(tx, {
          actor,
          action: 'board.restored',
          subjectType: 'board',
          subjectId: boardId,
          unitId: retired.unitId,
          detail,
        });
      });
      events.emit('boardChanged', { boardId });
      return view(boardId);
    },
    record: (boardId, tx) => repo.findBoard(tx ?? store.read, boardId),
    records: (boardIds, tx) => repo.findBoards(tx ?? store.read, boardIds),
    held: (boardIds, tx) => repo.holdBoards(tx, boardIds),
    recordsOfUnits: (unitIds, tx) => repo.findBoardsOfUnits(tx ?? store.read, unitIds),
    places: (unitIds) => repo.findPlaces(store.read, unitIds),
    belonging: (boardIds) => repo.readBelonging(store.read, boardIds),
    stays: (boardIds) => repo.readStays(store.read, boardIds),
    device: async (boardId) => (await repo.currentDevices(store.read, [boardId]))[0] ?? null,
    devices: (boardIds, tx) => repo.currentDevices(tx ?? store.read, boardIds),
    presences: async (boardIds) => (await repo.liveRows(store.read, boardIds)).map(toPresence),
    progress: async (boardIds) => (await repo.liveRows(store.read, boardIds)).flatMap((row) => toProgress(row) ?? []),
    foldOldRows: () => foldOldRows(store, 'boards'),
  };
}
