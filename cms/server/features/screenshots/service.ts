/**
 * Pictures of what a board shows, on demand: asked for by a signed command, brought by the board's player, made anew here. They are for
 * people's eyes: nothing counts them, and no play is proved by one.
 */
import {
  maxScreenshotSide,
  screenshotKeptMs,
  screenshotLifeMs,
  screenshotsKept,
  type Screenshot,
} from '../../../../shared/protocol/api/screenshots.ts';
import type { ScreenshotQuery } from '../../../../shared/protocol/link.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { runScreenshot } from '../../jobs/screenshot-runner.ts';
import type { BoardsService } from '../boards/service.ts';
import type { CommandService } from '../commands/service.ts';
import { ScreenshotFolder } from './files.ts';
import * as repo from './repo.ts';
import type { ScreenshotRow } from './repo.ts';

export interface ScreenshotDeps {
  readonly boards: Pick<BoardsService, 'require'>;
  readonly commands: Pick<CommandService, 'give'>;
  /** How a picture is made; tests may pass their own. */
  readonly run?: typeof runScreenshot;
}

export type ScreenshotService = ReturnType<typeof createScreenshotService>;

export function createScreenshotService(context: Context, deps: ScreenshotDeps) {
  const { store, sources, audit, events } = context;
  const run = deps.run ?? runScreenshot;
  const folder = new ScreenshotFolder(context.folders.screenshots);
  const ending = new AbortController();
  /** One at a time: a picture that comes twice is made once, and decoders leave the machine to the boards. */
  let turn: Promise<unknown> = Promise.resolve();
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  const unknown = (): AppError => new AppError('screenshot_unknown', 'There is no such picture', { status: 404 });

  function view(row: ScreenshotRow, now: number): Screenshot {
    const waiting = row.expires_at > now ? 'waiting' : 'unanswered';
    return {
      id: row.id,
      boardId: row.board_id,
      state: row.state === 'asked' ? waiting : row.state,
      askedAt: row.asked_at,
      expiresAt: row.expires_at,
      takenAt: row.taken_at,
      width: row.width,
      height: row.height,
      errorCode: row.error_code,
    };
  }

  /** A row that a board may still bring a picture for. @throws AppError `screenshot_unknown`, `screenshot_taken`, `screenshot_expired` */
  async function open(boardId: string, id: string): Promise<ScreenshotRow> {
    const row = await repo.find(store.write, boardId, id);
    if (!row) throw unknown();
    if (row.state === 'taken') throw new AppError('screenshot_taken', 'Its picture is here', { status: 409 });
    if (row.expires_at <= sources.now())
      throw new AppError('screenshot_expired', 'The command is past its time', { status: 410 });
    return row;
  }

  async function fail(boardId: string, id: string, code: string): Promise<void> {
    await repo.markFailed(store.write, boardId, id, code);
    events.emit('screenshotsChanged', { boardId });
  }

  return {
    /**
     * Asks the board for a picture. One that is waited for already is answered with: a board sends one at a time.
     * @throws AppError `board_unknown`, `forbidden`, `board_offline` 409, `command_refused` 409 (params.code: what the board said)
     */
    async ask(actor: Actor, boardId: string): Promise<Screenshot> {
      await deps.boards.require(actor, 'board.command', boardId);
      const before = await repo.findOfBoard(store.write, boardId);
      const now = sources.now();
      const waiting = before.find((row) => view(row, now).state === 'waiting');
      if (waiting) return view(waiting, now);
      let id: string | null = null;
      try {
        const command = await deps.commands.give(actor, boardId, { name: 'screenshot' }, screenshotLifeMs, {
          async alongside(tx, { commandId, issuedAt, expiresAt }) {
            id = commandId;
            // Of attempts that came to nothing the last one is enough.
            await repo.remove(
              tx,
              before.filter(({ state }) => state !== 'taken').map((row) => row.id),
            );
            await repo.insert(tx, { id, board_id: boardId, asked_at: issuedAt, expires_at: expiresAt });
          },
        });
        events.emit('screenshotsChanged', { boardId });
        const row = await repo.find(store.write, boardId, command.commandId);
        if (!row) throw unknown();
        return view(row, sources.now());
      } catch (error) {
        if (id !== null && error instanceof AppError) await fail(boardId, id, String(error.params.code ?? error.code));
        throw error;
      }
    },

    /** What there is of a board, the newest first. @throws AppError `board_unknown`, `forbidden` */
    async list(actor: Actor, boardId: string): Promise<Screenshot[]> {
      await deps.boards.require(actor, 'screenshot.read', boardId);
      const now = sources.now();
      return (await repo.findOfBoard(store.read, boardId)).map((row) => view(row, now));
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
     * Takes what a board brings for a command that it was given.
     * @throws AppError `screenshot_unknown` 404, `screenshot_taken` 409, `screenshot_expired` 410, `screenshot_invalid` 422
     */
    async take(boardId: string, id: string, bytes: Uint8Array, { takenAt, output }: ScreenshotQuery): Promise<void> {
      await open(boardId, id);
      await exclusively(async () => {
        const { asked_at: askedAt } = await open(boardId, id);
        const arrivedAt = sources.now();
        try {
          const { width, height, size } = await folder.make(id, bytes, (source, target) =>
            run({ source, target, output: output ?? null, longSide: maxScreenshotSide }, ending.signal),
          );
          // It was taken between the asking and now, whatever the board's clock says.
          const taken_at = Math.min(arrivedAt, Math.max(askedAt, takenAt));
          const over = await store.transaction(async (tx) => {
            if (!(await repo.markTaken(tx, id, { taken_at, width, height, size }))) throw unknown();
            const taken = (await repo.findOfBoard(tx, boardId)).filter(({ state }) => state === 'taken');
            const ids = taken.slice(screenshotsKept).map((row) => row.id);
            await repo.remove(tx, ids);
            return ids;
          });
          await folder.remove(over);
        } catch (error) {
          // Nobody waits for a picture that was refused.
          if (error instanceof AppError && error.status < 500) await fail(boardId, id, error.code);
          throw error;
        }
      });
      events.emit('screenshotsChanged', { boardId });
    },

    /** A board says that a command came to nothing. One that it was not given, or that asked for no picture, is passed by. */
    failed: fail,

    /** Lets go of what is too old, of files that no row names, and of rows whose file is not there, as after a restore. */
    async tidy(): Promise<void> {
      await exclusively(async () => {
        const old = await repo.findOlder(store.write, sources.now() - screenshotKeptMs);
        const files = new Set(await folder.all());
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
