/**
 * Pictures of what a board shows, on demand: asked for by a signed command, brought by the board's player, made anew here. They are for
 * people's eyes: nothing counts them, and no play is proved by one.
 */
import {
  maxScreenshotSide,
  screenshotKeptMs,
  screenshotsKept,
  type Screenshot,
} from '../../../../shared/protocol/api/screenshots.ts';
import type { ScreenshotQuery } from '../../../../shared/protocol/link.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { createScreenshotRunner, type RunScreenshot } from '../../jobs/screenshot-runner.ts';
import type { BoardsService } from '../boards/service.ts';
import type { CommandService } from '../commands/service.ts';
import { ScreenshotFolder } from './files.ts';
import * as repo from './repo.ts';
import { refusedCode, type ScreenshotRow } from './repo.ts';

export interface ScreenshotDeps {
  readonly boards: Pick<BoardsService, 'require'>;
  readonly commands: Pick<CommandService, 'give' | 'ended'>;
  /** How a picture is made; tests may pass their own. */
  readonly run?: RunScreenshot;
}

export type ScreenshotService = ReturnType<typeof createScreenshotService>;

export function createScreenshotService(context: Context, deps: ScreenshotDeps) {
  const { store, sources, audit, events } = context;
  const run = deps.run ?? createScreenshotRunner();
  const folder = new ScreenshotFolder(context.folders.screenshots);
  const ending = new AbortController();
  /** Commands whose picture is here: looked at, or waiting for its turn. Each has one at most. */
  const making = new Set<string>();
  /** By board: the asking that is under way. */
  const asking = new Map<string, Promise<Screenshot>>();
  /** One at a time: decoders leave the machine to the boards. */
  let turn: Promise<unknown> = Promise.resolve();
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  const unknown = (): AppError => new AppError('screenshot_unknown', 'There is no such picture', { status: 404 });

  function stateOf({ id, state, expires_at }: ScreenshotRow, now: number): Screenshot['state'] {
    if (state === 'taken') return state;
    if (making.has(id)) return 'waiting';
    if (state === 'failed') return state;
    return expires_at > now ? 'waiting' : 'unanswered';
  }

  function view(row: ScreenshotRow, now: number, pairedAt: number | null): Screenshot {
    return {
      id: row.id,
      boardId: row.board_id,
      state: stateOf(row, now),
      askedAt: row.asked_at,
      expiresAt: row.expires_at,
      takenAt: row.taken_at,
      width: row.width,
      height: row.height,
      errorCode: row.error_code,
      formerPlayer: pairedAt === null || row.asked_at < pairedAt,
    };
  }

  async function views(boardId: string, rows: readonly ScreenshotRow[]): Promise<Screenshot[]> {
    const [now, pairedAt] = [sources.now(), await repo.pairedAt(store.read, boardId)];
    return rows.map((row) => view(row, now, pairedAt));
  }

  const viewOf = async (row: ScreenshotRow): Promise<Screenshot> => (await views(row.board_id, [row]))[0]!;

  const taken = (): AppError => new AppError('screenshot_taken', 'Its picture is here', { status: 409 });

  /**
   * A row that a board may still bring a picture for at a time.
   * @throws AppError `screenshot_unknown`, `screenshot_taken`, `screenshot_invalid`, `screenshot_expired`
   */
  async function open(boardId: string, id: string, at: number): Promise<ScreenshotRow> {
    const row = await repo.find(store.write, boardId, id);
    if (!row) throw unknown();
    if (row.state === 'taken') throw taken();
    // One that was refused is not looked at twice: looking costs more than sending.
    if (row.state === 'failed' && row.error_code === refusedCode)
      throw new AppError(refusedCode, 'Its picture was refused', { status: 422 });
    if (row.expires_at <= at) throw new AppError('screenshot_expired', 'The command is past its time', { status: 410 });
    return row;
  }

  async function fail(boardId: string, id: string, code: string): Promise<void> {
    if (await repo.markFailed(store.write, boardId, id, code)) events.emit('screenshotsChanged', { boardId });
  }

  async function askBoard(actor: Actor, boardId: string): Promise<Screenshot> {
    const before = await repo.findOfBoard(store.write, boardId);
    const now = sources.now();
    const waiting = before.find((row) => stateOf(row, now) === 'waiting');
    if (waiting) return viewOf(waiting);
    let id: string | null = null;
    try {
      const command = await deps.commands.give(actor, boardId, { name: 'screenshot' }, async (tx, command) => {
        id = command.id;
        // Of attempts that came to nothing the last one is enough, unless a picture has come for one after all.
        const nothing = before.filter((row) => row.state !== 'taken' && !making.has(row.id));
        await repo.remove(
          tx,
          nothing.map((row) => row.id),
        );
        await repo.insert(tx, {
          id: command.id,
          board_id: boardId,
          asked_at: command.issued_at,
          expires_at: command.expires_at,
        });
      });
      events.emit('screenshotsChanged', { boardId });
      const row = await repo.find(store.write, boardId, command.id);
      if (!row) throw unknown();
      return viewOf(row);
    } catch (error) {
      if (id !== null && error instanceof AppError) await fail(boardId, id, String(error.params.code ?? error.code));
      throw error;
    }
  }

  /** Makes the picture of a command that is open. @throws AppError as `take` */
  async function make(
    { id, board_id: boardId, asked_at: askedAt }: ScreenshotRow,
    bytes: Uint8Array,
    { takenAt, output }: ScreenshotQuery,
    arrivedAt: number,
  ): Promise<void> {
    await exclusively(async () => {
      try {
        const { width, height, size } = await folder.make(id, bytes, (source, target) =>
          run({ source, target, output: output ?? null, window: null, longSide: maxScreenshotSide }, ending.signal),
        );
        // It was taken between the asking and its arrival, whatever the board's clock says.
        const taken_at = Math.min(arrivedAt, Math.max(askedAt, takenAt));
        const over = await store.transaction(async (tx) => {
          if (!(await repo.markTaken(tx, id, { taken_at, width, height, size }))) return null;
          const kept = (await repo.findOfBoard(tx, boardId)).filter(({ state }) => state === 'taken');
          const ids = kept.slice(screenshotsKept).map((row) => row.id);
          await repo.remove(tx, ids);
          return ids;
        });
        await folder.remove(over ?? [id]);
        if (!over) throw unknown();
        await deps.commands.ended(boardId, id, { outcome: 'done', errorCode: null });
      } catch (error) {
        // Nobody waits for a picture that was refused.
        if (error instanceof AppError && error.status < 500) await fail(boardId, id, error.code);
        throw error;
      }
    });
  }

  return {
    /**
     * Asks the board for a picture. One that is waited for already is answered with: a board sends one at a time.
     * @throws AppError `board_unknown`, `forbidden`, `board_offline` 409, `command_refused` 409 (params.code: what the board said)
     */
    async ask(actor: Actor, boardId: string): Promise<Screenshot> {
      await deps.boards.require(actor, 'board.command', boardId);
      const underWay = asking.get(boardId);
      if (underWay) return underWay;
      const asked = askBoard(actor, boardId).finally(() => asking.delete(boardId));
      asking.set(boardId, asked);
      return asked;
    },

    /** What there is of a board, the newest first. @throws AppError `board_unknown`, `forbidden` */
    async list(actor: Actor, boardId: string): Promise<Screenshot[]> {
      await deps.boards.require(actor, 'screenshot.read', boardId);
      return views(boardId, await repo.findOfBoard(store.read, boardId));
    },

    /** The file of a picture; who sees it for the first time is written down. @throws AppError `board_unknown`, `forbidden`, `screenshot_unknown` */
    async picture(actor: Actor, boardId: string, id: string): Promise<{ file: string; size: number }> {
      const board = await deps.boards.require(actor, 'screenshot.read', boardId);
      const row = await repo.find(store.read, boardId, id);
      const size = row?.state === 'taken' ? await folder.size(id) : null;
      if (size === null) throw unknown();
      await store.transaction(async (tx) => {
        if (!(await repo.find(tx, boardId, id))) throw unknown();
        if (!(await repo.noteView(tx, id, actor.userId))) return;
        await audit(tx, {
          actor,
          action: 'board.screenshotViewed',
          subjectType: 'board',
          subjectId: boardId,
          unitId: board.unitId,
          detail: { screenshotId: id },
        });
      });
      return { file: folder.picture(id), size };
    },

    /**
     * Takes what a board brings for a command that it was given. What arrives in time is in time, however long it then has to wait.
     * @throws AppError `screenshot_unknown` 404, `screenshot_taken` 409, `screenshot_expired` 410, `screenshot_invalid` 422
     */
    async take(boardId: string, id: string, bytes: Uint8Array, about: ScreenshotQuery): Promise<void> {
      const arrivedAt = sources.now();
      if (making.has(id)) throw taken();
      making.add(id);
      try {
        await make(await open(boardId, id, arrivedAt), bytes, about, arrivedAt);
      } finally {
        making.delete(id);
      }
      events.emit('screenshotsChanged', { boardId });
    },

    /** A board says that a command came to nothing. One that it was not given, or that asked for no picture, is passed by. */
    failed: fail,

    /** Lets go of what is too old, of files that no row names, and of rows whose file is not there, as after a restore. */
    async tidy(): Promise<void> {
      await exclusively(async () => {
        const old = await repo.findOlder(store.write, sources.now() - screenshotKeptMs);
        const files = new Set<string>();
        for await (const id of folder.ids()) files.add(id);
        const lost = (await repo.findTaken(store.write)).filter((id) => !files.has(id));
        await store.transaction((tx) => repo.remove(tx, [...old, ...lost]));
        const named = new Set(await repo.findTaken(store.write));
        await folder.remove([...files].filter((id) => !named.has(id)));
      });
    },

    /** Ends what is being made. Before the store closes. */
    async close(): Promise<void> {
      ending.abort(new Error('The CMS is ending'));
      await turn;
    },
  };
}
