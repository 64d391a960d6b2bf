import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { maxScreenshotSide, screenshotKeptMs, screenshotsKept } from '../../../../shared/protocol/api/screenshots.ts';
import { commands as commandTable } from '../../../../shared/protocol/commands.ts';
import type { ReplyOf, cmsMessages } from '../../../../shared/protocol/link.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { createBoardsService, type BoardsService } from '../boards/service.ts';
import { createCommandService } from '../commands/service.ts';
import { createKeysService } from '../keys/service.ts';
import { createScreenshotService, type ScreenshotDeps, type ScreenshotService } from './service.ts';

const screenshotLifeMs = commandTable.screenshot.lifeMs;
type Reply = ReplyOf<(typeof cmsMessages)['runCommandV1']> | null;

/** More pixels than are decoded. */
const bomb = sharp({ create: { width: 16_000, height: 3_000, channels: 3, background: '#0a0' } })
  .webp({ effort: 0 })
  .toBuffer();

describeStores('screenshots', (under) => {
  let test: TestContext;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let boards: BoardsService;
  let commands: ScreenshotDeps['commands'];
  let screenshots: ScreenshotService;
  let technician: ReturnType<typeof testActor>;
  let boardId: string;
  let reply: Reply;
  let online: boolean;
  let sent: number;

  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    const keys = await createKeysService(test.context, { restored: false });
    boards = createBoardsService(test.context, { units: test.units });
    technician = testActor({ unitId: units.commune, role: 'technician' });
    const link = {
      isOnline: () => online,
      runCommand: () => {
        sent++;
        return Promise.resolve(reply);
      },
    };
    const accounts = { names: () => Promise.resolve(new Map<string, string>()) };
    commands = createCommandService(test.context, { accounts, keys, boards, link });
    screenshots = createScreenshotService(test.context, { boards, commands });
  });
  afterAll(async () => {
    await screenshots.close();
    await test.discard();
  });
  beforeEach(async () => {
    [reply, online, sent] = [{ ok: true }, true, 0];
    boardId = await makeBoard();
  });

  const makeBoard = async (): Promise<string> =>
    (
      await boards.create(technician, {
        unitId: units.commune,
        name: 'Cổng xã',
        place: '',
        kind: 'lcd',
        width: 1920,
        height: 1080,
        output: { x: 0, y: 0, width: 1920, height: 1080, rotation: 0 },
        pitchUm: null,
        readingDistanceCm: null,
        zone: 'Asia/Ho_Chi_Minh',
        groups: [],
        defaultPlaylistId: null,
      })
    ).id;

  /** Green, with a red square of 100 px in the corner of a region at (200, 100). */
  const picture = (format: 'webp' | 'jpeg' | 'png' = 'webp', width = 1600, height = 900): Promise<Buffer> =>
    sharp({ create: { width, height, channels: 3, background: '#0a0' } })
      .composite([
        {
          input: { create: { width: 100, height: 100, channels: 3, background: '#e00' } },
          left: 200,
          top: 100,
        },
      ])
      .toFormat(format, { quality: 90 })
      .toBuffer();
  const small = () =>
    sharp({ create: { width: 64, height: 32, channels: 3, background: '#0a0' } })
      .webp()
      .toBuffer();
  const now = () => test.sources.now();
  const states = async () => (await screenshots.list(technician, boardId)).map(({ state }) => state);
  const files = async () => (await readdir(test.context.folders.screenshots)).filter((name) => name !== 'tmp').sort();
  /** Average colour of a part of the kept picture, each channel 0 to 255. */
  async function colourAt(id: string, left: number, top: number): Promise<number[]> {
    const { file } = await screenshots.picture(technician, boardId, id);
    const { channels } = await sharp(
      await sharp(file).extract({ left, top, width: 20, height: 20 }).toBuffer(),
    ).stats();
    return channels.slice(0, 3).map(({ mean }) => Math.round(mean));
  }
  const isRed = ([r, g]: number[]) => r! > 180 && g! < 60;

  it('keeps the picture of a command, small, made anew, with both times', async () => {
    const asked = await screenshots.ask(technician, boardId);
    expect(asked).toMatchObject({
      state: 'waiting',
      askedAt: now(),
      expiresAt: now() + screenshotLifeMs,
      takenAt: null,
    });
    test.sources.advance(5_000);
    await screenshots.take(boardId, asked.id, await picture(), { takenAt: now() - 2_000 });
    expect(await screenshots.list(technician, boardId)).toEqual([
      { ...asked, state: 'taken', takenAt: now() - 2_000, width: maxScreenshotSide, height: 720 },
    ]);
    const { file, size } = await screenshots.picture(technician, boardId, asked.id);
    const { format, width } = await sharp(file).metadata();
    expect([format, width]).toEqual(['webp', maxScreenshotSide]);
    expect(size).toBeLessThan(100_000);
    expect(test.emitted.filter(({ name }) => name === 'screenshotsChanged').length).toBeGreaterThanOrEqual(2);
  });

  it('cuts out what the board occupies, as it stands before people', async () => {
    const asked = await screenshots.ask(technician, boardId);
    const output = { x: 200, y: 100, width: 400, height: 200, rotation: 90 as const };
    await screenshots.take(boardId, asked.id, await picture('jpeg'), { takenAt: now(), output });
    const [kept] = await screenshots.list(technician, boardId);
    expect(kept).toMatchObject({ width: 200, height: 400 });
    // Turned back by 90°, what lay in the upper left corner lies in the lower left one.
    expect(isRed(await colourAt(asked.id, 20, 360))).toBe(true);
    expect(isRed(await colourAt(asked.id, 20, 20))).toBe(false);
  });

  it('believes no clock of a board: it was taken between the asking and now', async () => {
    for (const [said, kept] of [
      [0, 'askedAt'],
      [now() + 86_400_000, 'arrival'],
    ] as const) {
      const asked = await screenshots.ask(technician, boardId);
      test.sources.advance(1_000);
      await screenshots.take(boardId, asked.id, await picture(), { takenAt: said });
      const [row] = await screenshots.list(technician, boardId);
      expect(row?.takenAt).toBe(kept === 'askedAt' ? asked.askedAt : now());
    }
  });

  it('takes one picture for a command, from its board, in its time', async () => {
    const asked = await screenshots.ask(technician, boardId);
    const bytes = await picture();
    const take = (board: string, id: string) => screenshots.take(board, id, bytes, { takenAt: now() });
    await expect(take(await makeBoard(), asked.id)).rejects.toMatchObject({ code: 'screenshot_unknown', status: 404 });
    await expect(take(boardId, test.sources.newId())).rejects.toMatchObject({ code: 'screenshot_unknown' });
    // Twice at once: one of them, and the file is whole.
    const both = await Promise.allSettled([take(boardId, asked.id), take(boardId, asked.id)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(take(boardId, asked.id)).rejects.toMatchObject({ code: 'screenshot_taken', status: 409 });
    expect(await states()).toEqual(['taken']);
    const late = await screenshots.ask(technician, boardId);
    test.sources.advance(screenshotLifeMs);
    await expect(take(boardId, late.id)).rejects.toMatchObject({ code: 'screenshot_expired', status: 410 });
    expect(await states()).toEqual(['unanswered', 'taken']);
    expect(await files()).toContain(`${asked.id}.webp`);
    expect(await files()).not.toContain(`${late.id}.webp`);
  });

  it.each([
    ['a text', () => Promise.resolve(Buffer.from('not a picture'))],
    ['nothing', () => Promise.resolve(Buffer.alloc(0))],
    ['half a picture', async () => (await picture('jpeg')).subarray(0, 2_000)],
    ['another kind of picture', () => picture('png')],
    ['a bomb', () => bomb],
  ])('refuses %s, and nobody waits on', async (_, bytes) => {
    const asked = await screenshots.ask(technician, boardId);
    const before = await files();
    await expect(screenshots.take(boardId, asked.id, await bytes(), { takenAt: now() })).rejects.toMatchObject({
      code: 'screenshot_invalid',
      status: 422,
    });
    expect(await screenshots.list(technician, boardId)).toMatchObject([
      { state: 'failed', errorCode: 'screenshot_invalid' },
    ]);
    await expect(screenshots.picture(technician, boardId, asked.id)).rejects.toMatchObject({
      code: 'screenshot_unknown',
    });
    expect(await files()).toEqual(before);
  });

  it('keeps the last few pictures of a board, and the last attempt that came to nothing', async () => {
    const ids: string[] = [];
    const before = await files();
    for (let n = 0; n <= screenshotsKept; n++) {
      const { id } = await screenshots.ask(technician, boardId);
      await screenshots.take(boardId, id, await small(), { takenAt: now() });
      ids.push(id);
      test.sources.advance(1_000);
    }
    const kept = ids.slice(1);
    expect((await screenshots.list(technician, boardId)).map(({ id }) => id)).toEqual(kept.toReversed());
    expect((await files()).filter((name) => !before.includes(name))).toEqual(kept.map((id) => `${id}.webp`).sort());
    for (let n = 0; n < 3; n++) {
      const { id } = await screenshots.ask(technician, boardId);
      await screenshots.failed(boardId, id, 'capture_failed');
      test.sources.advance(1_000);
    }
    expect(await states()).toEqual(['failed', ...kept.map(() => 'taken')]);
    expect((await screenshots.list(technician, boardId))[0]).toMatchObject({ errorCode: 'capture_failed' });
  });

  it('asks once while a picture is waited for', async () => {
    const first = await screenshots.ask(technician, boardId);
    test.sources.advance(1_000);
    expect(await screenshots.ask(technician, boardId)).toEqual(first);
    expect(sent).toBe(1);
    test.sources.advance(screenshotLifeMs);
    expect((await screenshots.ask(technician, boardId)).id).not.toBe(first.id);
    expect(sent).toBe(2);
  });

  it('asks once where two ask at the same time', async () => {
    const [one, two] = await Promise.all([
      screenshots.ask(technician, boardId),
      screenshots.ask(testActor({ unitId: units.province, role: 'administrator' }), boardId),
    ]);
    expect(two).toEqual(one);
    expect([sent, await states()]).toEqual([1, ['waiting']]);
    await expect(screenshots.ask(testActor({ unitId: units.commune, role: 'viewer' }), boardId)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('keeps a picture that came in time, however long it takes to make it', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow = createScreenshotService(test.context, {
      boards,
      commands,
      run: async ({ target }) => {
        begun.resolve();
        await gate;
        await writeFile(target, 'a picture');
        return { width: 64, height: 32, size: 9 };
      },
    });
    const bring = (id: string, board = boardId) => slow.take(board, id, Buffer.from('x'), { takenAt: now() });
    const elsewhere = await makeBoard();
    const [asked, behind] = [await slow.ask(technician, boardId), await slow.ask(technician, elsewhere)];
    const bringing = bring(asked.id);
    await begun.promise;
    const queued = bring(behind.id, elsewhere);
    const arrivedAt = now();
    // Again, as when the answer was lost.
    await expect(bring(asked.id)).rejects.toMatchObject({ code: 'screenshot_taken', status: 409 });
    test.sources.advance(screenshotLifeMs);
    await slow.failed(boardId, asked.id, 'capture_failed');
    expect(await slow.ask(technician, boardId)).toMatchObject({ id: asked.id, state: 'waiting' });
    open();
    await Promise.all([bringing, queued]);
    expect(await states()).toEqual(['taken']);
    expect(await screenshots.list(technician, elsewhere)).toMatchObject([{ id: behind.id, takenAt: arrivedAt }]);
  });

  it('looks at one picture for a command, whatever a player sends', async () => {
    let runs = 0;
    const service = createScreenshotService(test.context, {
      boards,
      commands,
      run: () => {
        runs++;
        return Promise.reject(new AppError('screenshot_invalid', 'It is none', { status: 422 }));
      },
    });
    const { id } = await service.ask(technician, boardId);
    const rubbish = () => service.take(boardId, id, Buffer.from('x'), { takenAt: now() });
    const all = await Promise.allSettled(Array.from({ length: 50 }, rubbish));
    expect(all.map(({ status }) => status)).not.toContain('fulfilled');
    // Its own word opens the command no more.
    await service.failed(boardId, id, 'capture_failed');
    await expect(rubbish()).rejects.toMatchObject({ code: 'screenshot_invalid', status: 422 });
    expect(runs).toBe(1);
    expect(await screenshots.list(technician, boardId)).toMatchObject([{ errorCode: 'screenshot_invalid' }]);
  });

  it('says why there will be no picture', async () => {
    online = false;
    await expect(screenshots.ask(technician, boardId)).rejects.toMatchObject({ code: 'board_offline', status: 409 });
    expect(await states()).toEqual([]);
    online = true;
    reply = null;
    await expect(screenshots.ask(technician, boardId)).rejects.toMatchObject({ code: 'board_offline' });
    expect(await screenshots.list(technician, boardId)).toMatchObject([
      { state: 'failed', errorCode: 'board_offline' },
    ]);
    reply = {
      ok: false,
      error: { code: 'capture_unsupported', message: 'No window', field: null, params: {} },
    };
    await expect(screenshots.ask(technician, boardId)).rejects.toMatchObject({
      code: 'command_refused',
      params: { code: 'capture_unsupported' },
    });
    expect(await screenshots.list(technician, boardId)).toMatchObject([
      { state: 'failed', errorCode: 'capture_unsupported' },
    ]);
  });

  it('takes the picture of a command whose answer was lost, and no word of another board about it', async () => {
    reply = null;
    await expect(screenshots.ask(technician, boardId)).rejects.toMatchObject({ code: 'board_offline' });
    const [{ id } = { id: '' }] = await screenshots.list(technician, boardId);
    await screenshots.take(boardId, id, await small(), { takenAt: now() });
    await screenshots.failed(boardId, id, 'capture_failed');
    expect(await states()).toEqual(['taken']);
    reply = { ok: true };
    const other = await screenshots.ask(technician, boardId);
    await screenshots.failed(await makeBoard(), other.id, 'capture_failed');
    expect(await states()).toEqual(['waiting', 'taken']);
  });

  it('writes down who asked and who saw, each once', async () => {
    const { id } = await screenshots.ask(technician, boardId);
    await screenshots.take(boardId, id, await small(), { takenAt: now() });
    const officer = testActor({ unitId: units.province, role: 'province' });
    for (const who of [technician, technician, officer]) await screenshots.picture(who, boardId, id);
    const entries = await under.store.read
      .selectFrom('audit_log')
      .select(['action', 'user_id'])
      .where('subject_id', '=', boardId)
      .where('action', 'in', ['board.commanded', 'board.screenshotViewed'])
      .orderBy('id')
      .execute();
    expect(entries).toEqual([
      { action: 'board.commanded', user_id: technician.userId },
      { action: 'board.screenshotViewed', user_id: technician.userId },
      { action: 'board.screenshotViewed', user_id: officer.userId },
    ]);
  });

  it('lets go of what is old, of files that nobody names, and of pictures without a file', async () => {
    const { id } = await screenshots.ask(technician, boardId);
    await screenshots.take(boardId, id, await small(), { takenAt: now() });
    const stray = join(test.context.folders.screenshots, `${test.sources.newId()}.webp`);
    await writeFile(stray, 'x');
    const lost = await screenshots.ask(technician, boardId);
    await screenshots.take(boardId, lost.id, await small(), { takenAt: now() });
    await rm(join(test.context.folders.screenshots, `${lost.id}.webp`));
    test.sources.advance(screenshotKeptMs);
    await screenshots.tidy();
    expect(await files()).toContain(`${id}.webp`);
    expect(await files()).not.toContain(stray.split('/').at(-1));
    expect((await screenshots.list(technician, boardId)).map((one) => one.id)).toEqual([id]);
    test.sources.advance(1);
    await screenshots.tidy();
    expect(await states()).toEqual([]);
    expect(await files()).toEqual([]);
  });
});
