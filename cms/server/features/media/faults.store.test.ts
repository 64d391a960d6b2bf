/** What is not the file's fault costs nobody a file: a database that is away for a moment, a machine that cannot start a process. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { Upload } from 'tus-js-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../access.ts';
import { createHttp, type Http } from '../../http.ts';
import type { MadeFile, MediaJob } from '../../jobs/media-messages.ts';
import type { RunMedia } from '../../jobs/media-runner.ts';
import type { Store } from '../../store/store.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { mediaRoutes } from './routes.ts';
import { createMediaService, type MediaService } from './service.ts';
import { createUploadServer, type UploadServer } from './uploads.ts';

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
  return { kind: job.kind, rendition: await made('picture'), poster: await made('poster') };
};

describeStores('media and faults of ours', (under) => {
  let test: TestContext;
  let editor: Actor;
  let unitId: string;
  let service: MediaService;
  let uploads: UploadServer;
  let http: Http;
  let address: string;
  /** How many transactions are refused from now on. */
  let refusals = 0;

  beforeAll(async () => {
    test = await createTestContext(under.store);
    unitId = (await seedUnits(test)).commune;
    editor = testActor({ unitId, role: 'editor' });
    const store: Store = {
      ...under.store,
      transaction: (work) =>
        refusals-- > 0
          ? Promise.reject(new Error('Connection terminated unexpectedly'))
          : under.store.transaction(work),
    };
    service = createMediaService(
      { ...test.context, store },
      { units: test.units, run: pretend, freeBytes: () => Promise.resolve(1e12) },
    );
    uploads = createUploadServer(service, { newId: test.sources.newId, directory: test.context.folders.uploads });
    http = await createHttp({
      log: pino({ level: 'silent' }),
      trustProxy: false,
      resolveSession: () => Promise.resolve(editor),
      verifyBoardToken: () => Promise.reject(new Error('no boards here')),
    });
    await http.app.register(mediaRoutes(service, uploads));
    address = await http.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    refusals = 0;
    await service.idle();
  });
  afterAll(async () => {
    await http.app.close();
    await service.close();
    await test.discard();
  });

  const find = (id: string) => uploads.find(id);
  const left = (): Promise<string[]> => readdir(test.context.folders.uploads);

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
});
