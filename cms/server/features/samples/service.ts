/**
 * Pictures that boards take of what they show again and again, as they were ordered (`setScreenshots`): made anew here, a few kept of each
 * board. They are for people's eyes: nothing counts them, and no play is proved by one.
 */
import { join } from 'node:path';
import type { z } from 'zod';
import {
  sampleKeptMs,
  samplePlaying,
  sampleSide,
  samplesKept,
  type Sample,
  type SampleAbout,
  type samples,
  type SamplesRoom,
} from '../../../../shared/protocol/samples.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { createScreenshotRunner, type RunScreenshot } from '../../jobs/screenshot-runner.ts';
import type { BoardsService } from '../boards/service.ts';
import type { CommandService } from '../commands/service.ts';
import { ScreenshotFolder } from '../screenshots/files.ts';
import * as repo from './repo.ts';
import type { SampleRow } from './repo.ts';

export interface SampleDeps {
  readonly boards: Pick<BoardsService, 'require'>;
  readonly commands: Pick<CommandService, 'standing' | 'standingByBoard'>;
  /** How a picture is made; tests may pass their own. */
  readonly run?: RunScreenshot;
}

export type SampleService = ReturnType<typeof createSampleService>;

/** Boards whose picture waits to be made; others are told to come again. */
const mostWaiting = 100;
/** So long the child that makes pictures waits for the next, ms: to start one takes ten times as long as a picture. */
const idleMs = 30_000;
/** Rows that are let go at once. */
const portion = 500;
const dayMs = 86_400_000;
/** Of so many pictures it is kept how long they took; with fewer than `fewest` nothing is said. */
const measured = 100;
const fewest = 10;

export function createSampleService(context: Context, deps: SampleDeps) {
  const { store, sources, audit, events } = context;
  const run = deps.run ?? createScreenshotRunner(idleMs);
  const folder = new ScreenshotFolder(join(context.folders.screenshots, 'sampled'));
  const ending = new AbortController();
  /** Boards whose picture is here: looked at, or waiting for its turn. Each has one at most. */
  const making = new Set<string>();
  /** One at a time, beside those that somebody waits for: decoders leave the machine to the boards. */
  let turn: Promise<unknown> = Promise.resolve();
  /** How long the last pictures took from first to last, ms. */
  const took: number[] = [];
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  const unknown = (): AppError => new AppError('screenshot_unknown', 'There is no such picture', { status: 404 });
  const taken = (): AppError => new AppError('screenshot_taken', 'There is another of this name', { status: 409 });

  const view = (row: SampleRow): Sample => ({
    id: row.id,
    boardId: row.board_id,
    at: row.at,
    width: row.width,
    height: row.height,
    missing: row.missing,
    playing: row.playing === null ? null : samplePlaying.parse(JSON.parse(row.playing)),
  });

  async function keep(
    boardId: string,
    id: string,
    bytes: Uint8Array | null,
    { output, window, playing, missing }: SampleAbout,
    at: number,
  ): Promise<void> {
    const before = await repo.find(store.write, id);
    if (before) {
      if (before.board_id !== boardId) throw taken();
      // It had arrived, and only the answer was lost.
      return;
    }
    const begun = performance.now();
    const made =
      bytes &&
      (await folder.make(id, bytes, (source, target) =>
        run({ source, target, output, window, longSide: sampleSide }, ending.signal),
      ));
    const over = await store.transaction(async (tx) => {
      await repo.insert(tx, {
        id,
        board_id: boardId,
        at,
        missing,
        playing: playing && JSON.stringify(playing),
        width: made?.width ?? null,
        height: made?.height ?? null,
        sent: bytes?.length ?? null,
      });
      const rows = (await repo.findOfBoard(tx, boardId)).slice(samplesKept).map((row) => row.id);
      await repo.remove(tx, rows);
      return rows;
    });
    await folder.remove(over);
    if (!made) return;
    took.push(performance.now() - begun);
    if (took.length > measured) took.shift();
  }

  /** Of these files, removes those that no row names. A picture that is being made lies here before its row: looked at again between two. */
  async function removeStray(ids: readonly string[]): Promise<void> {
    const stray = await repo.unnamed(store.report, ids);
    if (stray.length > 0) await exclusively(async () => folder.remove(await repo.unnamed(store.write, stray)));
  }

  return {
    /** What there is of a board, the newest first. @throws AppError `board_unknown`, `forbidden` */
    async list(actor: Actor, boardId: string): Promise<z.infer<typeof samples>> {
      await deps.boards.require(actor, 'screenshot.read', boardId);
      const rows = await repo.findOfBoard(store.read, boardId);
      const sizes = rows.flatMap(({ sent }) => sent ?? []);
      const sum = sizes.reduce((all, size) => all + size, 0);
      return { samples: rows.map(view), bytesEach: sizes.length > 0 ? sum / sizes.length : null };
    },

    /**
     * The file of a picture; that somebody looks at pictures of a board is written down once a day.
     * @throws AppError `board_unknown`, `forbidden`, `screenshot_unknown`
     */
    async picture(actor: Actor, boardId: string, id: string): Promise<{ file: string; size: number }> {
      const board = await deps.boards.require(actor, 'screenshot.read', boardId);
      const row = await repo.find(store.read, id);
      const size = row?.board_id === boardId && row.width !== null ? await folder.size(id) : null;
      if (size === null) throw unknown();
      await store.transaction(async (tx) => {
        if (!(await repo.noteView(tx, boardId, actor.userId, Math.floor(sources.now() / dayMs)))) return;
        await audit(tx, {
          actor,
          action: 'board.samplesViewed',
          subjectType: 'board',
          subjectId: boardId,
          unitId: board.unitId,
          detail: {},
        });
      });
      return { file: folder.picture(id), size };
    },

    /**
     * Takes what a board brings: a picture, or why there is none.
     * @throws AppError `invalid_input` 400, `samples_unwanted` 409, `screenshot_taken` 409, `screenshot_invalid` 422, `server_busy` 503
     */
    async take(boardId: string, id: string, bytes: Uint8Array | null, about: SampleAbout): Promise<void> {
      if ((bytes === null) !== (about.missing !== null))
        throw new AppError('invalid_input', 'Either a picture, or why there is none', { field: 'about' });
      const order = await deps.commands.standing(boardId, 'setScreenshots');
      if (!order?.everyMinutes) throw new AppError('samples_unwanted', 'Nobody ordered pictures', { status: 409 });
      const now = sources.now();
      // Whatever the board's clock says.
      const at = Math.min(now, about.at);
      if (at < now - sampleKeptMs) return;
      if (making.has(boardId) || making.size >= mostWaiting)
        throw new AppError('server_busy', 'Too many pictures at once', { status: 503 });
      making.add(boardId);
      try {
        await exclusively(() => keep(boardId, id, bytes, about, at));
      } finally {
        making.delete(boardId);
      }
      events.emit('screenshotsChanged', { boardId });
    },

    /** @throws AppError `board_unknown`, `forbidden` */
    async room(actor: Actor, boardId: string): Promise<SamplesRoom> {
      await deps.boards.require(actor, 'board.command', boardId);
      let ordered = 0;
      for (const [id, { everyMinutes }] of await deps.commands.standingByBoard('setScreenshots'))
        if (id !== boardId && everyMinutes > 0) ordered += 60 / everyMinutes;
      // The middle one: where a child had to be started for the picture, that is no measure of many.
      const usual = took.length < fewest ? null : took.toSorted((a, b) => a - b)[took.length >> 1]!;
      return { ordered, possible: usual === null ? null : 3_600_000 / usual };
    },

    /** Lets go of what is too old, of files that no row names, and of rows whose file is not there, as after a restore. */
    async tidy(): Promise<void> {
      const before = sources.now() - sampleKeptMs;
      for (let ids = [''], more = true; more; more = ids.length === portion) {
        ids = await repo.findOlder(store.write, before, portion);
        await store.transaction((tx) => repo.remove(tx, ids));
        await folder.remove(ids);
      }
      await repo.removeViews(store.write, Math.floor(before / dayMs));
      for (let ids = await repo.withPicture(store.report, '', portion); ids.length > 0;) {
        const lost: string[] = [];
        for (const id of ids) if ((await folder.size(id)) === null) lost.push(id);
        if (lost.length > 0) await store.transaction((tx) => repo.remove(tx, lost));
        ids = await repo.withPicture(store.report, ids.at(-1)!, portion);
      }
      let some: string[] = [];
      for await (const id of folder.ids()) {
        some.push(id);
        if (some.length < portion) continue;
        await removeStray(some);
        some = [];
      }
      await removeStray(some);
    },

    /** Ends what is being made. Before the store closes. */
    async close(): Promise<void> {
      ending.abort(new Error('The CMS is ending'));
      await turn;
    },
  };
}
