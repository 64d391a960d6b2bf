/** What is not the file's fault costs nobody a file: a database that is away for a moment, a machine that cannot start a process. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Upload } from 'tus-js-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../access.ts';
import { createHttp, type Http } from '../../http.ts';
import { MediaError, StoppedError } from '../../jobs/media-errors.ts';
import type { MadeFile, MediaJob } from '../../jobs/media-messages.ts';
import type { RunMedia } from '../../jobs/media-runner.ts';
import type { Store } from '../../store/store.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { mediaRoutes } from './routes.ts';
import { createMediaService, type MediaService } from './service.ts';
import { createUploadServer, type UploadServer } from './uploads.ts';

const upright = fileURLToPath(new URL('../../../../test/fixtures/media/upright.mp4', import.meta.url));
const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(100)]);

/** As the child would have made it. */
const pretend: RunMedia = async (job: MediaJob) => {
  const made = async (name: string): Promise<MadeFile> => {
    const file = join(job.folder, name);
    await mkdir(job.folder, { recursive: true });
    await writeFile(file, name + job.source);
    const hash = createHash('sha256')
      .update(name + job.source)
      .digest('hex');
    return { file, hash, size: name.length, mediaType: 'image/webp', width: 1, height: 1, durationMs: null };
  };
  return { kind: job.kind, rendition: await made('picture'), poster: await made('poster'), smaller: [] };
};

/** Pauses that end when the test says so. */
function createPauses() {
  const open: { ms: number; end: () => void; ended: Promise<void> }[] = [];
  let seen = 0;
  let wake = (): void => {};
  return {
    pause: (ms: number, signal: AbortSignal): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve(), { once: true });
      open.push({ ms, end: resolve, ended: promise });
      wake();
      return promise;
    },
    /** The next pause, when it has begun. */
    async next() {
      while (open.length === seen) await new Promise<void>((resolve) => (wake = resolve));
      return open[seen++]!;
    },
  };
}

describeStores('media and faults of ours', (under) => {
  let test: TestContext;
  let editor: Actor;
  let unitId: string;
  let service: MediaService;
  let uploads: UploadServer;
  let http: Http;
  let address: string;
  /** How many transactions are refused from now on, and how many are done although their answer is lost. */
  let refusals = 0;
  let lostAnswers = 0;
  let run: RunMedia = pretend;
  const pauses = createPauses();

  beforeAll(async () => {
    test = await createTestContext(under.store);
    unitId = (await seedUnits(test)).commune;
    editor = testActor({ unitId, role: 'editor' });
    const store: Store = {
      ...under.store,
      async transaction(work) {
        if (refusals-- > 0) throw new Error('Connection terminated unexpectedly');
        const done = await under.store.transaction(work);
        if (lostAnswers-- > 0) throw new Error('Connection terminated unexpectedly');
        return done;
      },
    };
    service = createMediaService(
      { ...test.context, store },
      {
        units: test.units,
        run: (job, options) => run(job, options),
        freeBytes: () => Promise.resolve(1e12),
        pause: pauses.pause,
      },
    );
    uploads = createUploadServer(service, { newId: test.sources.newId, directory: test.context.folders.uploads });
    http = await createHttp({
      log: pino({ level: 'silent' }),
      trustProxy: false,
      monitorToken: null,
      tls: null,
      resolveSession: () => Promise.resolve(editor),
      verifyBoardToken: () => Promise.reject(new Error('no boards here')),
    });
    await http.app.register(mediaRoutes(service, uploads));
    address = await http.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    refusals = 0;
    lostAnswers = 0;
    run = pretend;
    await service.idle();
  });
  afterAll(async () => {
    await http.app.close();
    await service.close();
    await test.discard();
  });

  const find = (id: string) => uploads.find(id);
  const left = (): Promise<string[]> => readdir(test.context.folders.uploads);

  /** When this is so: looked at again whenever media changed. */
  async function until(check: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      const { promise: changed, resolve } = Promise.withResolvers<void>();
      const off = test.context.events.on('mediaChanged', () => resolve());
      const done = await check();
      if (!done) await changed;
      off();
      if (done) return;
    }
  }
  const settledAs = (id: string, state: string): Promise<void> =>
    until(async () => (await service.get(editor, id)).state === state);

  /** Sends a file as the page does, with as many retries. @returns the media's id */
  function send(retries: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent: Upload = new Upload(png, {
        endpoint: `${address}/api/uploads`,
        metadata: { filename: 'a.png', unitId },
        headers: { cookie: 'bt_session=editor', 'x-csrf-token': 'csrf' },
        retryDelays: Array.from({ length: retries }, () => 0),
        onSuccess: () => resolve(sent.url!.split('/').at(-1)!),
        onError: reject,
      });
      sent.start();
    });
  }

  describe('a complete upload that cannot get its row', () => {
    it('gets it when the sender asks again, before it is told as sent', async () => {
      refusals = 1;
      const id = await send(1);
      await service.idle();
      expect(await service.get(editor, id)).toMatchObject({ state: 'ready', name: 'a.png' });
    });

    it('is never told as sent without one, nor sent twice', async () => {
      const before = (await service.list(editor)).total;
      refusals = 3;
      await expect(send(2)).rejects.toThrow();
      expect((await service.list(editor)).total).toBe(before);
      // One file and what tus notes of it.
      expect(await left()).toHaveLength(2);
      refusals = 0;
      expect(await service.tidyUploads(find)).toBe(0);
      await service.idle();
      expect((await service.list(editor)).total).toBe(before + 1);
      expect(await left()).toEqual([]);
    });

    it('outlives housekeeping while it cannot get one, however old it is', async () => {
      refusals = 1;
      await expect(send(0)).rejects.toThrow();
      const [id] = await left();
      const longAgo = test.sources.now() / 1000 - 90_000;
      for (const name of await left()) await utimes(join(test.context.folders.uploads, name), longAgo, longAgo);
      refusals = 1;
      expect(await service.tidyUploads(find)).toBe(0);
      expect(existsSync(service.folders.upload(id!))).toBe(true);
      expect(await service.tidyUploads(find)).toBe(0);
      await service.idle();
      expect(await service.get(editor, id!)).toMatchObject({ state: 'ready' });
    });

    it('gets one row, however many ask for it at once', async () => {
      refusals = 1;
      await expect(send(0)).rejects.toThrow();
      const [id] = await left();
      const upload = (await find(id!))!;
      await Promise.all([service.accept(upload), service.accept(upload), service.tidyUploads(find)]);
      await service.idle();
      expect(await service.get(editor, id!)).toMatchObject({ state: 'ready' });
    });
  });

  it('lets no picture wait for a video that takes hours', async () => {
    const film = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    run = async (job, options) => {
      if (job.kind === 'video') {
        begun.resolve();
        await film.promise;
      }
      return pretend(job, options);
    };
    const id = test.sources.newId();
    await copyFile(upright, service.folders.upload(id));
    await service.accept({ id, unitId, name: 'film.mp4', userId: editor.userId });
    await begun.promise;
    await settledAs(await send(0), 'ready');
    expect(await service.get(editor, id)).toMatchObject({ kind: 'video', state: 'processing' });
    film.resolve();
    await settledAs(id, 'ready');
  });

  describe('a file whose processing fails by no fault of its own', () => {
    /** Takes in a file, with this going wrong at its first `times` runs. @returns its id, and the pause that follows */
    async function faulty(times: number, fault: () => void) {
      let runs = 0;
      run = async (job, options) => {
        const made = await pretend(job, options);
        if (runs++ < times) fault();
        return made;
      };
      const id = await send(0);
      return { id, pause: await pauses.next() };
    }
    const kept = async (id: string): Promise<unknown> => ({
      state: (await service.get(editor, id)).state,
      upload: existsSync(service.folders.upload(id)),
    });
    /** Names of the finished files on disk. */
    const finished = async (): Promise<string[]> =>
      (await readdir(test.context.folders.media, { recursive: true }).catch(() => []))
        .map((path) => basename(path))
        .filter((name) => name.length === 64)
        .sort();
    const waiting = { state: 'processing', upload: true };
    const done = { state: 'ready', upload: false };

    it.each([
      ['a database that went away at the end', () => (refusals = 1)],
      [
        'no process to be had',
        () => {
          throw Object.assign(new Error('spawn EAGAIN'), { code: 'EAGAIN' });
        },
      ],
      [
        'somebody ended the decoder',
        () => {
          throw new StoppedError('Ended from outside by SIGTERM');
        },
      ],
    ])('is kept and tried again: %s', async (_name, fault) => {
      const { id, pause } = await faulty(1, fault);
      expect(await kept(id)).toEqual(waiting);
      // Nobody sees «processing» while nothing is done.
      expect((await service.get(editor, id)).retryAt).toBe(test.sources.now() + pause.ms);
      pause.end();
      await settledAs(id, 'ready');
      await service.idle();
      expect(await kept(id)).toEqual(done);
      expect((await service.get(editor, id)).retryAt).toBe(null);
      for (const { hash } of await service.assets([(await service.get(editor, id)).hash!]))
        expect(existsSync(service.folders.asset(hash))).toBe(true);
    });

    it('is tried less and less often, and every hour at least', async () => {
      const began = await faulty(12, () => {
        throw new Error('no');
      });
      const lengths: number[] = [];
      for (let { pause } = began; ; pause = await pauses.next()) {
        lengths.push(pause.ms / 1000);
        pause.end();
        if (lengths.length === 12) break;
      }
      await settledAs(began.id, 'ready');
      expect(lengths).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
    });

    it('is not looked at again once it is deleted', async () => {
      const { id, pause } = await faulty(1, () => (refusals = 1));
      await service.remove(editor, id);
      await pause.ended;
      await service.idle();
      expect(await left()).toEqual([]);
    });

    it('leaves no bytes when it is deleted while it waits for another attempt', async () => {
      const before = await finished();
      const { id } = await faulty(1, () => (refusals = 1));
      // In place already; only the rows were refused. Files of the tests before may be going meanwhile.
      const own = (await finished()).filter((name) => !before.includes(name));
      expect(own).toHaveLength(2);
      await service.remove(editor, id);
      await until(async () => (await finished()).every((name) => !own.includes(name)));
    });

    it('leaves the bytes that another file has', async () => {
      const { id, pause } = await faulty(1, () => (refusals = 1));
      run = (job, options) => pretend({ ...job, source: service.folders.upload(id) }, options);
      const twin = await send(0);
      await settledAs(twin, 'ready');
      const seen: string[] = [];
      const off = test.context.events.on('mediaChanged', ({ mediaId }) => void seen.push(mediaId));
      await service.remove(editor, id);
      await pause.ended;
      // Told of when it is deleted, and again when it was seen to.
      await until(() => seen.filter((one) => one === id).length === 2);
      off();
      expect(existsSync(service.folders.asset((await service.get(editor, twin)).hash!))).toBe(true);
    });

    it('has its answer although nobody heard that it was stored', async () => {
      const { id, pause } = await faulty(1, () => (lostAnswers = 1));
      const { hash, state } = await service.get(editor, id);
      expect(state).toBe('ready');
      expect(existsSync(service.folders.asset(hash!))).toBe(true);
      pause.end();
      await until(() => !existsSync(service.folders.upload(id)));
      expect((await service.get(editor, id)).hash).toBe(hash);
      expect(existsSync(service.folders.asset(hash!))).toBe(true);
    });

    it('is told why it failed, also when that could not be noted at first', async () => {
      const { id, pause } = await faulty(2, () => {
        refusals = 1;
        throw new MediaError('image_unreadable', 'no');
      });
      expect(await kept(id)).toEqual(waiting);
      run = () => Promise.reject(new MediaError('image_unreadable', 'no'));
      pause.end();
      await settledAs(id, 'failed');
      await service.idle();
      expect(await service.get(editor, id)).toMatchObject({ state: 'failed', errorCode: 'image_unreadable' });
      expect(await left()).toEqual([]);
    });

    it('does not keep whoever imports it waiting', async () => {
      const file = join(test.context.folders.media, 'imported.png');
      await writeFile(file, png);
      run = () => Promise.reject(new Error('spawn EAGAIN'));
      const name = 'imported.png';
      await expect(service.importMedia({ unitId, file, name, userId: editor.userId })).rejects.toThrow('next start');
      const [imported] = (await service.list(editor, { q: 'imported' })).media;
      expect(await kept(imported!.id)).toEqual(waiting);
      await service.remove(editor, imported!.id);
    });

    it('waits for the next start when the CMS ends meanwhile', async () => {
      const own = createPauses();
      const stopped = createMediaService(test.context, {
        units: test.units,
        run: () => Promise.reject(new Error('spawn EAGAIN')),
        pause: own.pause,
      });
      const id = test.sources.newId();
      await writeFile(service.folders.upload(id), png);
      await stopped.accept({ id, unitId, name: 'a.png', userId: editor.userId });
      await own.next();
      await stopped.close();
      expect(await kept(id)).toEqual(waiting);
      await service.start(find);
      await service.idle();
      expect(await kept(id)).toEqual(done);
    });
  });
});
