import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import {
  sampleKeptMs,
  sampleSide,
  samplesKept,
  type SampleAbout,
  type SamplePlaying,
} from '../../../../shared/protocol/samples.ts';
import { createScreenshotRunner } from '../../jobs/screenshot-runner.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { createBoardsService, type BoardsService } from '../boards/service.ts';
import { insert } from './repo.ts';
import { createSampleService, type SampleDeps, type SampleService } from './service.ts';

const minute = 60_000;
const playing: SamplePlaying = { noticeId: null, title: 'Lịch tiêm chủng', why: 'loop', exercise: false };

describeStores('sampled pictures', (under) => {
  let test: TestContext;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let boards: BoardsService;
  let samples: SampleService;
  let technician: ReturnType<typeof testActor>;
  let boardId: string;
  let everyMinutes: number | null;
  let orders: Map<string, { everyMinutes: number }>;
  let jpeg: Buffer;
  let run: NonNullable<SampleDeps['run']>;

  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    boards = createBoardsService(test.context, { units: test.units });
    technician = testActor({ unitId: units.commune, role: 'technician' });
    const standing = () => Promise.resolve(everyMinutes === null ? null : { everyMinutes });
    const commands = { standing, standingByBoard: () => Promise.resolve(orders) } as unknown as SampleDeps['commands'];
    samples = createSampleService(test.context, { boards, commands, run: (job, signal) => run(job, signal) });
    // A window of 960 × 540 at half its size, with a red region of 200 × 100 in it at (100, 50).
    jpeg = await sharp({ create: { width: 480, height: 270, channels: 3, background: '#0a0' } })
      .composite([
        { input: { create: { width: 100, height: 50, channels: 3, background: '#e00' } }, left: 50, top: 25 },
      ])
      .jpeg()
      .toBuffer();
  });
  afterAll(async () => {
    await samples.close();
    await test.discard();
  });
  beforeEach(async () => {
    everyMinutes = 15;
    orders = new Map();
    // What a child process would make; one test has it made for real.
    run = async ({ target }) => {
      await writeFile(target, 'picture');
      return { width: 8, height: 4, size: 7 };
    };
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
  const now = () => test.sources.now();
  const about = (changes: Partial<SampleAbout> = {}): SampleAbout => ({
    at: now(),
    output: null,
    window: null,
    playing,
    missing: null,
    ...changes,
  });
  const bring = async (changes: Partial<SampleAbout> = {}, of = boardId): Promise<string> => {
    const id = test.sources.newId();
    await samples.take(of, id, changes.missing == null ? jpeg : null, about(changes));
    return id;
  };
  const list = async () => (await samples.list(technician, boardId)).samples;
  const folder = () => join(test.context.folders.screenshots, 'sampled');
  const files = async () => (await readdir(folder())).filter((name) => name.endsWith('.webp'));
  const has = async (id: string) => (await files()).includes(`${id}.webp`);

  it('keeps what was brought, made anew and small, with when it was and what was on', async () => {
    run = createScreenshotRunner();
    const id = await bring({
      at: now() - 5_000,
      output: { x: 100, y: 50, width: 200, height: 100, rotation: 0 },
      window: { width: 960, height: 540 },
    });
    expect(await list()).toEqual([{ id, boardId, at: now() - 5_000, width: 100, height: 50, missing: null, playing }]);
    const { file } = await samples.picture(technician, boardId, id);
    const picture = sharp(file);
    expect(await picture.metadata()).toMatchObject({ format: 'webp', width: 100 });
    expect((await picture.stats()).dominant).toMatchObject({ r: expect.closeTo(232, -1.5) as number });
    expect((await samples.list(technician, boardId)).bytesEach).toBe(jpeg.length);
    const wide = await sharp({ create: { width: 1920, height: 1080, channels: 3, background: '#0a0' } })
      .jpeg()
      .toBuffer();
    const large = test.sources.newId();
    test.sources.advance(1);
    await samples.take(boardId, large, wide, about());
    expect((await list())[0]).toMatchObject({ width: sampleSide, height: 360 });
    await expect(samples.take(boardId, test.sources.newId(), Buffer.from('no picture'), about())).rejects.toMatchObject(
      {
        code: 'screenshot_invalid',
        status: 422,
      },
    );
    expect(await list()).toHaveLength(2);
  });

  it('brought again it changes nothing, and nobody takes the name of another board’s', async () => {
    const id = await bring();
    await samples.take(boardId, id, jpeg, about());
    expect(await list()).toHaveLength(1);
    await expect(samples.take(await makeBoard(), id, jpeg, about())).rejects.toMatchObject({ status: 409 });
    expect(await has(id)).toBe(true);
  });

  it('says why there is none, and takes neither both nor nothing', async () => {
    await bring({ missing: 'screen_off', playing: null });
    expect(await list()).toMatchObject([{ missing: 'screen_off', width: null, playing: null }]);
    const id = test.sources.newId();
    await expect(samples.take(boardId, id, jpeg, about({ missing: 'screen_off' }))).rejects.toMatchObject({
      status: 400,
    });
    await expect(samples.take(boardId, id, null, about())).rejects.toMatchObject({ status: 400 });
    const [row] = await list();
    await expect(samples.picture(technician, boardId, row!.id)).rejects.toMatchObject({ code: 'screenshot_unknown' });
  });

  it('takes none that nobody ordered, none from the future, none that is too old to be kept', async () => {
    everyMinutes = 0;
    await expect(bring()).rejects.toMatchObject({ code: 'samples_unwanted', status: 409 });
    everyMinutes = null;
    await expect(bring()).rejects.toMatchObject({ code: 'samples_unwanted' });
    everyMinutes = 15;
    await bring({ at: now() + 86_400_000 });
    await bring({ at: now() - sampleKeptMs - 1 });
    expect((await list()).map(({ at }) => at)).toEqual([now()]);
  });

  it('keeps the newest of a board, whichever came last, and their files', async () => {
    const ids: string[] = [];
    for (let i = 0; i < samplesKept; i++) {
      test.sources.advance(15 * minute);
      ids.push(await bring());
    }
    const other = await makeBoard();
    const theirs = await bring({}, other);
    test.sources.advance(minute);
    const newest = await bring();
    const late = await bring({ at: now() - 86_400_000 });
    expect((await list()).map(({ id }) => id)).toEqual([newest, ...ids.slice(1).reverse()]);
    expect([await has(ids[0]!), await has(late), await has(ids[1]!), await has(theirs)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('one board has one made at a time, and none is left behind by one that failed', async () => {
    const going = Promise.withResolvers<void>();
    run = async ({ target }) => {
      await writeFile(target, 'picture');
      await going.promise;
      throw new Error('The decoder died');
    };
    const failing = bring();
    await expect(bring()).rejects.toMatchObject({ code: 'server_busy', status: 503 });
    going.resolve();
    await expect(failing).rejects.toThrow('died');
    expect(await list()).toEqual([]);
    const { files: before } = { files: await files() };
    expect(await readdir(join(folder(), 'tmp'))).toEqual([]);
    run = async ({ target }) => {
      await writeFile(target, 'picture');
      return { width: 8, height: 4, size: 7 };
    };
    await bring();
    expect(await files()).toHaveLength(before.length + 1);
  });

  it('who looks is in the audit log, once a day and board', async () => {
    const ids = [await bring(), await bring({ at: now() - minute })];
    const officer = testActor({ unitId: units.province, role: 'province' });
    for (const who of [technician, technician, officer]) for (const id of ids) await samples.picture(who, boardId, id);
    test.sources.advance(86_400_000);
    await samples.picture(technician, boardId, ids[0]!);
    const entries = await test.context.store.read
      .selectFrom('audit_log')
      .select(['user_id'])
      .where('subject_id', '=', boardId)
      .where('action', '=', 'board.samplesViewed')
      .orderBy('id')
      .execute();
    expect(entries.map(({ user_id }) => user_id)).toEqual([technician.userId, officer.userId, technician.userId]);
    const viewer = testActor({ unitId: units.commune, role: 'viewer' });
    await expect(samples.picture(viewer, boardId, ids[0]!)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(samples.list(viewer, boardId)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(samples.picture(technician, await makeBoard(), ids[0]!)).rejects.toMatchObject({ status: 404 });
  });

  it('lets go of the old, of files without a row and of rows without a file', async () => {
    const old = await bring();
    await samples.picture(technician, boardId, old);
    test.sources.advance(sampleKeptMs);
    const [kept, lost, stray] = [await bring(), await bring({ at: now() - 1 }), test.sources.newId()];
    await bring({ missing: 'screen_off', at: now() - 2 });
    await rm(join(folder(), `${lost}.webp`));
    await writeFile(join(folder(), `${stray}.webp`), 'picture');
    test.sources.advance(1);
    await samples.tidy();
    expect((await list()).map(({ id, missing }) => missing ?? id)).toEqual([kept, 'screen_off']);
    expect([await has(old), await has(stray), await has(kept)]).toEqual([false, false, true]);
  });

  it('says what other boards were ordered to send, and what can be taken by what the last pictures took', async () => {
    const make = run;
    run = async (job, signal) => {
      await delay(50);
      return make(job, signal);
    };
    orders = new Map([
      [boardId, { everyMinutes: 5 }],
      [units.commune, { everyMinutes: 5 }],
      [units.sister, { everyMinutes: 60 }],
      [units.province, { everyMinutes: 0 }],
    ]);
    for (let i = 0; i < 101; i++) await bring();
    const { ordered, possible } = await samples.room(technician, boardId);
    expect(ordered).toBe(13);
    // 50 ms each, and what it takes to keep one.
    expect(possible).toBeLessThan(3_600_000 / 49);
    expect(possible).toBeGreaterThan(0);
    const viewer = testActor({ unitId: units.commune, role: 'viewer' });
    await expect(samples.room(viewer, boardId)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('looks through more than one portion beside the writer', async () => {
    const ids = Array.from({ length: 1_100 }, () => test.sources.newId());
    const rows = ids.map((id) => ({ id, board_id: boardId, at: now(), missing: null, playing: null }));
    await bring();
    await test.context.store.transaction(async (tx) => {
      for (const row of rows) await insert(tx, { ...row, width: 8, height: 4, sent: 7 });
    });
    const [lost, stray] = [ids.filter((_, i) => i % 100 === 0), ids.map(() => test.sources.newId())];
    for (const id of [...ids, ...stray]) await writeFile(join(folder(), `${id}.webp`), 'picture');
    for (const id of lost) await rm(join(folder(), `${id}.webp`));
    await samples.tidy();
    expect(await list()).toHaveLength(1 + ids.length - lost.length);
    const left = new Set(await files());
    expect(stray.filter((id) => left.has(`${id}.webp`))).toEqual([]);
    expect(ids.filter((id) => left.has(`${id}.webp`))).toHaveLength(ids.length - lost.length);

    const written = vi.spyOn(test.context.store.write, 'selectFrom');
    await samples.tidy();
    // Of what is old; nothing else is wrong now.
    expect(written).toHaveBeenCalledTimes(1);
    written.mockRestore();
  });

  it('a folder that cannot be read is no folder without pictures', async () => {
    await bring();
    await rename(folder(), `${folder()}-aside`);
    await writeFile(folder(), 'no folder');
    await expect(samples.tidy()).rejects.toMatchObject({ code: 'ENOTDIR' });
    await rm(folder());
    await rename(`${folder()}-aside`, folder());
    expect(await list()).toHaveLength(1);
  });
});
