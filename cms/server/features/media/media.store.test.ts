/** Media over HTTP as a browser sends them: real tus client, real child process, both databases. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Upload } from 'tus-js-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Media } from '../../../../shared/protocol/api/content.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import { createHttp, type Http } from '../../http.ts';
import { MediaError } from '../../jobs/media-errors.ts';
import type { RunMedia } from '../../jobs/media-runner.ts';
import { createMediaRunner, defaultMediaLimits } from '../../jobs/media-runner.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { mediaRoutes } from './routes.ts';
import { readRange } from './send-file.ts';
import { createMediaService, type MediaService } from './service.ts';
import { createUploadServer, type UploadServer } from './uploads.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../../test/fixtures/media/${name}`, import.meta.url));
const realRun = createMediaRunner(defaultMediaLimits);

describeStores('media', (under) => {
  let test: TestContext;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let editor: Actor;
  let sister: Actor;
  let viewer: Actor;
  let service: MediaService;
  let uploads: UploadServer;
  let http: Http;
  let address: string;
  /** What tests change: how files are processed, and how full the disk is. */
  let run: RunMedia = realRun;
  let free = 1e12;

  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    editor = testActor({ unitId: units.commune, role: 'editor' });
    sister = testActor({ unitId: units.sister, role: 'editor' });
    viewer = testActor({ unitId: units.commune, role: 'viewer' });
    service = createMediaService(test.context, {
      units: test.units,
      maxUploadBytes: 1_000_000,
      run: (job, options) => run(job, options),
      freeBytes: () => Promise.resolve(free),
    });
    uploads = createUploadServer(service, { newId: test.sources.newId, directory: test.context.folders.uploads });
    const people = new Map(Object.entries({ editor, sister, viewer }));
    http = await createHttp({
      log: pino({ level: 'silent' }),
      trustProxy: false,
      monitorToken: null,
      tls: null,
      resolveSession: (token) => Promise.resolve(people.get(token) ?? null),
      verifyBoardToken: (token) =>
        token === 'board'
          ? Promise.resolve({ boardId: units.commune, current: true })
          : Promise.reject(new AppError('token_invalid', 'no', { status: 401 })),
    });
    await http.app.register(mediaRoutes(service, uploads));
    address = await http.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    await service.idle();
    run = realRun;
    free = 1e12;
  });
  afterAll(async () => {
    await http.app.close();
    await service.close();
    await test.discard();
  });

  const headers = (who: string) => ({ cookie: `bt_session=${who}`, 'x-csrf-token': 'csrf' });

  /** Sends a file as the page does. @returns the media's id */
  function upload(data: Buffer, name: string, who = 'editor', unitId = units.commune): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent: Upload = new Upload(data, {
        endpoint: `${address}/api/uploads`,
        metadata: { filename: name, unitId },
        headers: headers(who),
        chunkSize: 4096,
        retryDelays: null,
        onSuccess: () => resolve(sent.url!.split('/').at(-1)!),
        onError: (error) => {
          const body = 'originalResponse' in error ? error.originalResponse?.getBody() : undefined;
          reject(body ? (JSON.parse(body) as { error: Error }).error : error);
        },
      });
      sent.start();
    });
  }

  const left = (): Promise<string[]> => readdir(test.context.folders.uploads);
  const work = (): Promise<string[]> => readdir(join(test.context.folders.media, 'tmp')).catch(() => []);
  async function settled(id: string): Promise<Media> {
    await service.idle();
    return service.get(editor, id);
  }

  describe('uploading', () => {
    it('makes of a picture what boards can fetch, and keeps nothing of the upload', async () => {
      const id = await upload(await readFile(fixture('flag.png')), 'Cờ\u0323.png');
      expect(await service.get(editor, id)).toMatchObject({
        id,
        unitId: units.commune,
        name: 'Cờ\u0323.png'.normalize('NFC'),
      });
      const made = await settled(id);
      expect(made).toMatchObject({
        state: 'ready',
        errorCode: null,
        progress: null,
        kind: 'image',
        mediaType: 'image/webp',
        width: 60,
        height: 40,
        durationMs: null,
      });
      const file = await readFile(join(test.context.folders.media, made.hash!.slice(0, 2), made.hash!));
      expect(createHash('sha256').update(file).digest('hex')).toBe(made.hash);
      expect([await left(), await work()]).toEqual([[], []]);
      expect(await service.assets([made.hash!, made.posterHash!])).toHaveLength(2);
      expect(
        test.emitted.filter(
          ({ name, payload }) => name === 'mediaChanged' && (payload as { mediaId: string }).mediaId === id,
        ).length,
      ).toBeGreaterThanOrEqual(2);
    });

    it('tells how far a video has come, and its real length', async () => {
      const seen: (number | null)[] = [];
      run = (job, options) =>
        realRun(job, {
          ...options,
          onProgress: (share) => {
            options.onProgress(share);
            void service.list(editor).then((list) => seen.push(list.media[0]!.progress));
          },
        });
      const id = await upload(await readFile(fixture('turned.mp4')), 'phim.png');
      expect(await settled(id)).toMatchObject({
        state: 'ready',
        kind: 'video',
        mediaType: 'video/mp4',
        width: 72,
        height: 128,
        durationMs: 2000,
      });
      expect(seen.some((share) => share !== null && share > 0)).toBe(true);
    });

    it.each([
      ['cut.mp4', 'video_truncated'],
      ['text.mp4', 'file_unrecognized'],
      ['script.svg', 'svg_not_allowed'],
      ['huge.png', 'image_too_large'],
      ['half.png', 'image_unreadable'],
    ])('says why %s is refused, and leaves nothing behind', async (name, code) => {
      const id = await upload(await readFile(fixture(name)), name);
      expect(await settled(id)).toMatchObject({ state: 'failed', errorCode: code, hash: null, progress: null });
      expect([await left(), await work()]).toEqual([[], []]);
    });

    it('refuses an empty file before it begins', async () => {
      const before = (await service.list(editor)).total;
      await expect(upload(Buffer.alloc(0), 'rỗng.png')).rejects.toMatchObject({ code: 'file_empty' });
      expect((await service.list(editor)).total).toBe(before);
      expect(await left()).toEqual([]);
    });

    it('refuses what is too large, what has no room, and who has no right', async () => {
      await expect(upload(Buffer.alloc(1_000_001), 'to.png')).rejects.toMatchObject({ code: 'too_large' });
      await expect(upload(await readFile(fixture('flag.png')), 'a.png', 'viewer')).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(upload(await readFile(fixture('flag.png')), 'a.png', 'sister')).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(upload(await readFile(fixture('flag.png')), 'a.png', 'nobody')).rejects.toMatchObject({
        code: 'not_signed_in',
      });
      free = 1000;
      await expect(upload(await readFile(fixture('flag.png')), 'a.png')).rejects.toMatchObject({
        code: 'storage_full',
      });
      expect(await left()).toEqual([]);
    });

    it.skipIf(!existsSync('/dev/full'))(
      'survives a disk that fills in the middle, and leaves nothing behind',
      async () => {
        const metadata = `filename ${Buffer.from('a.mp4').toString('base64')},unitId ${Buffer.from(units.commune).toString('base64')}`;
        const tus = { ...headers('editor'), 'tus-resumable': '1.0.0' };
        const begun = await fetch(`${address}/api/uploads`, {
          method: 'POST',
          headers: { ...tus, 'upload-length': '100', 'upload-metadata': metadata },
        });
        expect(begun.status).toBe(201);
        const url = new URL(begun.headers.get('location')!, address);
        const file = join(test.context.folders.uploads, url.pathname.split('/').at(-1)!);
        await rm(file);
        await symlink('/dev/full', file);
        const patch = { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
        // Another person's upload cannot be gone on with, nor seen.
        expect((await fetch(url, { method: 'HEAD', headers: { ...tus, cookie: 'bt_session=sister' } })).status).toBe(
          404,
        );
        const answer = await fetch(url, { method: 'PATCH', headers: patch, body: Buffer.alloc(100) });
        expect(answer.status).toBe(507);
        expect(await answer.json()).toMatchObject({ error: { code: 'storage_full' } });
        expect(await left()).toEqual([]);
      },
    );

    it('says that the disk is full when the rendition has no room', async () => {
      run = () => Promise.reject(new MediaError('storage_full', 'full'));
      const id = await upload(await readFile(fixture('flag.png')), 'a.png');
      expect(await settled(id)).toMatchObject({ state: 'failed', errorCode: 'storage_full' });
      expect([await left(), await work()]).toEqual([[], []]);
    });

    it('offers what was sent in part to whoever sent it, and goes on from there', async () => {
      const data = await readFile(fixture('upright.mp4'));
      const base64 = (text: string): string => Buffer.from(text).toString('base64');
      const metadata = `filename ${base64('phim dài.mp4')},unitId ${base64(units.commune)},lastModified ${base64('1790000000123')}`;
      const tus = { ...headers('editor'), 'tus-resumable': '1.0.0' };
      const begun = await fetch(`${address}/api/uploads`, {
        method: 'POST',
        headers: { ...tus, 'upload-length': String(data.length), 'upload-metadata': metadata },
      });
      const url = new URL(begun.headers.get('location')!, address);
      const id = url.pathname.split('/').at(-1)!;
      await fetch(url, {
        method: 'PATCH',
        headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
        body: data.subarray(0, 5000),
      });
      const unfinished = async (who: string): Promise<unknown> =>
        (await fetch(`${address}/api/uploads`, { headers: headers(who) })).json();
      expect(await unfinished('sister')).toEqual({ uploads: [] });
      expect(await unfinished('editor')).toEqual({
        uploads: [
          {
            id,
            unitId: units.commune,
            name: 'phim dài.mp4',
            size: data.length,
            offset: 5000,
            lastModified: 1_790_000_000_123,
            changedAt: expect.any(Number) as number,
          },
        ],
      });
      let sent = 0;
      await new Promise<void>((resolve, reject) =>
        new Upload(data, {
          uploadUrl: url.href,
          headers: headers('editor'),
          retryDelays: null,
          onChunkComplete: (size) => (sent += size),
          onSuccess: () => resolve(),
          onError: reject,
        }).start(),
      );
      expect(sent).toBe(data.length - 5000);
      expect(await settled(id)).toMatchObject({ state: 'ready', name: 'phim dài.mp4' });
      expect(await unfinished('editor')).toEqual({ uploads: [] });
    });

    it('deletes what was given up, after a week', async () => {
      const metadata = `filename YQ==,unitId ${Buffer.from(units.commune).toString('base64')}`;
      const begin = () =>
        fetch(`${address}/api/uploads`, {
          method: 'POST',
          headers: {
            ...headers('editor'),
            'tus-resumable': '1.0.0',
            'upload-length': '100',
            'upload-metadata': metadata,
          },
        });
      const old = (await begin()).headers.get('location')!.split('/').at(-1)!;
      await begin();
      const now = test.sources.now() / 1000;
      for (const name of await left())
        await utimes(
          join(test.context.folders.uploads, name),
          now,
          now - 86_400 * (name.startsWith(old) ? 7.01 : 6.99),
        );
      expect(await service.tidyUploads(uploads.find)).toBe(1);
      expect((await left()).filter((name) => name.startsWith(old))).toEqual([]);
      expect(await left()).toHaveLength(2);
      for (const name of await left()) await rm(join(test.context.folders.uploads, name));
    });
  });

  describe('after the CMS has stopped', () => {
    /** A service as the next process would make it. */
    const again = (): MediaService => createMediaService(test.context, { units: test.units, run: realRun });
    const find = (id: string) => uploads.find(id);

    it('processing is taken up again', async () => {
      // A process that dies in the middle: the child is gone, and nobody marks anything.
      const stopped = createMediaService(test.context, {
        units: test.units,
        run: (_job, { signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      });
      const id = test.sources.newId();
      await stopped.folders.takeIn(id, fixture('flag.png'));
      await stopped.accept({ id, unitId: units.commune, name: 'a.png', userId: editor.userId });
      await stopped.close();
      expect(await service.get(editor, id)).toMatchObject({ state: 'processing', progress: 0 });
      const next = again();
      await next.start(find);
      await next.idle();
      expect(await next.get(editor, id)).toMatchObject({ state: 'ready' });
      expect(await left()).toEqual([]);
    });

    it('a file without its upload is marked', async () => {
      const stopped = createMediaService(test.context, {
        units: test.units,
        run: (_job, { signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      });
      const id = test.sources.newId();
      await stopped.folders.takeIn(id, fixture('flag.png'));
      await stopped.accept({ id, unitId: units.commune, name: 'a.png', userId: editor.userId });
      await stopped.close();
      await stopped.folders.removeUpload(id);
      const next = again();
      await next.start(find);
      await next.idle();
      expect(await next.get(editor, id)).toMatchObject({ state: 'failed', errorCode: 'upload_lost' });
    });

    it('an upload that was complete, and never got its row, gets it', async () => {
      const data = await readFile(fixture('flag.png'));
      const metadata = `filename YQ==,unitId ${Buffer.from(units.commune).toString('base64')}`;
      const tus = { ...headers('editor'), 'tus-resumable': '1.0.0' };
      const begun = await fetch(`${address}/api/uploads`, {
        method: 'POST',
        headers: { ...tus, 'upload-length': String(data.length), 'upload-metadata': metadata },
      });
      const id = begun.headers.get('location')!.split('/').at(-1)!;
      await writeFile(join(test.context.folders.uploads, id), data);
      const next = again();
      await next.start(find);
      await next.idle();
      expect(await next.get(editor, id)).toMatchObject({ state: 'ready', name: 'a' });
      expect(await left()).toEqual([]);
    });
  });

  describe('serving', () => {
    let made: Media;
    beforeAll(async () => {
      made = await service.importMedia({
        unitId: units.commune,
        file: fixture('upright.mp4'),
        name: 'phim.mp4',
        userId: editor.userId,
      });
    });
    const get = (extra: Record<string, string> = {}, method = 'GET') =>
      fetch(`${address}/content/assets/${made.hash}`, { method, headers: { authorization: 'Bearer board', ...extra } });

    it('gives the whole, with its type and for ever', async () => {
      const answer = await get();
      expect(answer.status).toBe(200);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(made.hash);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'video/mp4',
        'content-length': String(made.size),
        etag: `"${made.hash}"`,
        'accept-ranges': 'bytes',
        'x-content-type-options': 'nosniff',
        'cache-control': expect.stringContaining('immutable') as string,
      });
      expect((await get({}, 'HEAD')).headers.get('content-length')).toBe(String(made.size));
    });

    it('gives any part of it, and nothing beyond its end', async () => {
      const whole = Buffer.from(await (await get()).arrayBuffer());
      for (const [range, from, to] of [
        ['bytes=10-19', 10, 20],
        [`bytes=${made.size! - 5}-`, made.size! - 5, made.size!],
        ['bytes=-7', made.size! - 7, made.size!],
        ['bytes=0-99999999', 0, made.size!],
      ] as const) {
        const answer = await get({ range });
        expect([answer.status, answer.headers.get('content-range')]).toEqual([
          206,
          `bytes ${from}-${to - 1}/${made.size}`,
        ]);
        expect(Buffer.from(await answer.arrayBuffer()).equals(whole.subarray(from, to))).toBe(true);
      }
      const beyond = await get({ range: `bytes=${made.size}-` });
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${made.size}`]);
      expect((await get({ range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
      expect((await get({ 'if-none-match': `"${made.hash}"` })).status).toBe(304);
    });

    it('serves boards and people, nobody else, and only what it has', async () => {
      expect((await get({ authorization: 'Bearer other' })).status).toBe(401);
      expect((await fetch(`${address}/content/assets/${made.hash}`)).status).toBe(401);
      expect((await fetch(`${address}/content/assets/${made.hash}`, { headers: headers('sister') })).status).toBe(200);
      expect((await fetch(`${address}/content/assets/${'0'.repeat(64)}`, { headers: headers('sister') })).status).toBe(
        404,
      );
      expect(
        (await fetch(`${address}/content/assets/..%2F..%2Fcms.sqlite`, { headers: headers('sister') })).status,
      ).toBe(400);
    });
  });

  describe('rights and deleting', () => {
    it('shows what belongs to the unit and to those above, not to a sister', async () => {
      const province = await service.importMedia({
        unitId: units.province,
        file: fixture('flag.png'),
        name: 'tỉnh',
        userId: editor.userId,
      });
      const own = await service.importMedia({
        unitId: units.commune,
        file: fixture('flag.png'),
        name: 'xã',
        userId: editor.userId,
      });
      const seen = (await service.list(sister)).media.map((media) => media.id);
      expect(seen).toContain(province.id);
      expect(seen).not.toContain(own.id);
      await expect(service.get(sister, own.id)).rejects.toMatchObject({ code: 'media_unknown', status: 404 });
      await expect(service.remove(sister, province.id)).rejects.toMatchObject({ code: 'forbidden', status: 403 });
      // The same content is usable where any copy of it may be seen.
      expect(await service.usableAsset(sister, own.hash!)).not.toBeNull();
      const alone = await service.importMedia({
        unitId: units.commune,
        file: fixture('sideways.jpg'),
        name: 'xã',
        userId: editor.userId,
      });
      expect(await service.usableAsset(sister, alone.hash!)).toBeNull();
    });

    it('keeps a file that a notice shows, and the asset in any case', async () => {
      const made = await service.importMedia({
        unitId: units.commune,
        file: fixture('vp9.webm'),
        name: 'phim',
        userId: editor.userId,
      });
      const noticeId = test.sources.newId();
      await under.store.transaction(async (tx) => {
        await tx
          .insertInto('notices')
          .values({
            id: noticeId,
            unit_id: units.commune,
            title: 'Phim hay',
            category: 'local',
            content: JSON.stringify({ type: 'video', asset: made.hash, alt: '', fit: 'contain', muted: true }),
            duration_ms: null,
            revision: 1,
            created_at: 0,
            updated_at: 0,
            updated_by: editor.userId,
            deleted_at: null,
          })
          .execute();
      });
      const remove = (id: string) =>
        fetch(`${address}/api/media/${id}`, { method: 'DELETE', headers: headers('editor') });
      const refused = await remove(made.id);
      expect(refused.status).toBe(409);
      expect(await refused.json()).toMatchObject({
        error: { code: 'in_use', params: { where: 'Phim hay', count: 1 } },
      });
      await under.store.write.updateTable('notices').set({ deleted_at: 1 }).where('id', '=', noticeId).execute();
      expect((await remove(made.id)).status).toBe(204);
      expect((await remove(made.id)).status).toBe(404);
      expect(await service.asset(made.hash!)).not.toBeNull();
      const actions = await under.store.read
        .selectFrom('audit_log')
        .select('action')
        .where('subject_id', '=', made.id)
        .orderBy('id')
        .execute();
      expect(actions.map((row) => row.action)).toEqual(['media.uploaded', 'media.deleted']);
    });

    it('stops a file that is deleted while it is processed', async () => {
      let begun: () => void;
      const running = new Promise<void>((resolve) => (begun = resolve));
      run = (_job, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          begun();
        });
      const id = await upload(await readFile(fixture('flag.png')), 'a.png');
      await running;
      await service.remove(editor, id);
      await service.idle();
      await expect(service.get(editor, id)).rejects.toMatchObject({ code: 'media_unknown' });
      expect([await left(), await work()]).toEqual([[], []]);
    });
  });
});

describe('ranges', () => {
  it.each([
    [undefined, null],
    ['bytes=0-0', [0, 0]],
    ['bytes=5-', [5, 9]],
    ['bytes=-3', [7, 9]],
    ['bytes=-99', [0, 9]],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=4-2', null],
    ['bytes=0-1,3-4', null],
    ['bytes=-', null],
    ['items=0-1', null],
  ])('%s of ten bytes', (header, expected) => {
    expect(readRange(header, 10)).toEqual(expected);
  });
});
