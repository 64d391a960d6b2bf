/** What a board of some size fetches: counted in bytes on the wire, from the manifest to the last file, of a picture as a person sends it. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assetPath, partPath } from '../../../../shared/protocol/content-path.ts';
import { certificate as certificateSchema, manifest as manifestSchema } from '../../../../shared/protocol/programme.ts';
import { readProgramme } from '../../../../shared/protocol/read-programme.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { createHttp, type Http } from '../../http.ts';
import { createMediaRunner, defaultMediaLimits } from '../../jobs/media-runner.ts';
import { makingOnce } from '../../jobs/testing.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { mediaRoutes } from '../media/routes.ts';
import { createUploadServer } from '../media/uploads.ts';
import { programmeRoutes } from './routes.ts';

// What a picture becomes is no matter of the database: each is drawn and made once for both.
const made = makingOnce(createMediaRunner(defaultMediaLimits));
const drawn = new Map<string, Promise<Buffer>>();
afterAll(() => made.discard());

/** A picture with so much in it that its bytes tell its size. */
async function draw(width: number, height: number): Promise<Buffer> {
  const noise = await sharp({
    create: {
      width: width / 3,
      height: height / 3,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  })
    .png()
    .toBuffer();
  return sharp(noise).resize(width, height, { kernel: 'nearest', fit: 'fill' }).jpeg().toBuffer();
}

describeStores('what boards fetch', (under) => {
  let test: TestContent;
  let http: Http;
  let address: string;
  let folder: string;

  beforeAll(async () => {
    test = await createTestContent(under.store, { run: made.run });
    folder = await mkdtemp(join(tmpdir(), 'bang-tin-sizes-'));
    http = await createHttp({
      log: pino({ level: 'silent' }),
      trustProxy: false,
      monitorToken: null,
      tls: null,
      resolveSession: () => Promise.resolve(null),
      verifyBoardToken: (token) =>
        token === 'board'
          ? Promise.resolve({ boardId: test.ids.commune, current: true })
          : Promise.reject(new AppError('token_invalid', 'no', { status: 401 })),
    });
    const uploads = createUploadServer(test.media, {
      newId: test.sources.newId,
      directory: test.context.folders.uploads,
    });
    for (const routes of [mediaRoutes(test.media, uploads), programmeRoutes(test.programmes)])
      await http.app.register(routes);
    address = await http.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(async () => {
    await http.app.close();
    await test.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Another one for each name. */
  async function picture(name: string, width: number, height: number) {
    const file = join(folder, `${name}.jpg`);
    if (!drawn.has(name)) drawn.set(name, draw(width, height));
    await writeFile(file, await drawn.get(name)!);
    return test.media.importMedia({ unitId: test.ids.commune, file, name: 'lớn.png', userId: test.admin.userId });
  }

  /** Fetches a board's programme as its player does. @returns its files, the bytes of these, and of them with the parts */
  async function fetchAll(boardId: string) {
    const { manifest: jws } = (await test.programmes.newestManifest(boardId))!;
    const manifest = manifestSchema.parse(decodeJwt(jws));
    let fetched = 0;
    const get = async (path: string): Promise<Buffer> => {
      const answer = await fetch(address + path, { headers: { authorization: 'Bearer board' } });
      expect(answer.status).toBe(200);
      const body = Buffer.from(await answer.arrayBuffer());
      fetched += body.length;
      return body;
    };
    const parts = new Map<string, Buffer>();
    for (const { hash } of manifest.parts) parts.set(hash, await get(partPath(hash)));
    readProgramme(manifest, certificateSchema.parse(decodeJwt(manifest.certificate)), parts);
    const files: Buffer[] = [];
    for (const { hash } of manifest.assets) {
      const bytes = await get(assetPath(hash));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
      files.push(bytes);
    }
    return { bytes: files.reduce((sum, { length }) => sum + length, 0), files, fetched };
  }

  it('is what they can show: an LED of 192×96 some kilobytes of a 4K picture, a 4K screen all of it', async () => {
    const media = await picture('whole', 3840, 2160);
    const made = await test.notices.create(test.admin, {
      unitId: test.ids.commune,
      title: 'Ảnh lớn',
      category: 'local',
      content: { type: 'image', asset: media.hash!, alt: '', fit: 'contain' },
      durationMs: null,
    });
    const notice = await test.approved(made);
    const list = await test.playlist(test.admin, [notice.id]);
    const boardOf = (width: number, height: number) =>
      test.board(test.admin, {
        width,
        height,
        output: { x: 0, y: 0, width, height, rotation: 0 },
        defaultPlaylistId: list.id,
      });
    const [led, screen, wall] = [await boardOf(192, 96), await boardOf(1920, 1080), await boardOf(3840, 2160)];
    const ids = [led.id, screen.id, wall.id];
    await test.pair(ids);
    const previews = await Promise.all(ids.map((id) => test.programmes.changes(test.admin, id)));
    await test.programmes.publish(test.admin, ids);

    const [ofLed, ofScreen, ofWall] = [await fetchAll(led.id), await fetchAll(screen.id), await fetchAll(wall.id)];
    expect(ofWall.bytes).toBe(media.size);
    expect(ofScreen.bytes).toBeLessThan(media.size! / 2);
    expect(ofLed.bytes).toBeLessThan(media.size! / 100);
    for (const [found, width, height] of [
      [ofLed, 240, 135],
      [ofScreen, 1920, 1080],
    ] as const) {
      expect(found.files).toHaveLength(1);
      expect(await sharp(found.files[0]).metadata()).toMatchObject({ width, height });
    }
    // People were told so before: files and parts.
    for (const [i, { fetched }] of [ofLed, ofScreen, ofWall].entries()) expect(previews[i]!.bytes).toBe(fetched);
  });

  it('is less as soon as what a release before has left is there in smaller sizes', async () => {
    const media = await picture('former', 1440, 810);
    await under.store.write.deleteFrom('asset_renditions').where('asset', '=', media.hash!).execute();
    await under.store.write.updateTable('assets').set({ ladder: 0 }).where('hash', '=', media.hash!).execute();
    expect(await test.media.smaller([media.hash!])).toEqual([]);
    await test.media.start(() => Promise.resolve(null));
    await test.media.idle();
    const copies = await test.media.smaller([media.hash!]);
    expect(copies.map(({ width }) => width).sort((a, b) => a - b)).toEqual([240, 480, 960]);
    for (const { hash, size } of copies) expect((await test.media.asset(hash))?.size).toBe(size);
  });

  it('stays while one board plays the smallest size, and goes for good with all sizes', async () => {
    const media = await picture('going', 1440, 810);
    const names = [
      media.hash!,
      media.posterHash!,
      ...(await test.media.smaller([media.hash!])).map(({ hash }) => hash),
    ];
    const onDisk = () => names.filter((hash) => existsSync(test.media.folders.asset(hash)));
    expect(onDisk()).toHaveLength(5);
    const made = await test.notices.create(test.admin, {
      unitId: test.ids.commune,
      title: 'Ảnh',
      category: 'local',
      content: { type: 'image', asset: media.hash!, alt: '', fit: 'contain' },
      durationMs: null,
    });
    const notice = await test.approved(made);
    const list = await test.playlist(test.admin, [notice.id]);
    const led = await test.board(test.admin, {
      width: 192,
      height: 96,
      output: { x: 0, y: 0, width: 192, height: 96, rotation: 0 },
      defaultPlaylistId: list.id,
    });
    await test.pair([led.id]);
    const publish = async () => {
      const [made] = await test.programmes.publish(test.admin, [led.id]);
      const version = made!.version!;
      await test.programmes.recordProgress(led.id, { version, state: 'active', missing: 0, errorCode: null });
    };
    await publish();
    await test.playlists.edit(test.admin, list.id, 1, { unitId: test.ids.commune, name: 'x', items: [] });
    await test.notices.remove(test.admin, notice.id);
    await test.media.remove(test.admin, media.id);
    test.sources.advance(31 * 86_400_000);
    const empty = () => test.media.emptyBin(() => test.programmes.assetsInUse());
    expect([await empty(), onDisk().length]).toEqual([0, 5]);
    await publish();
    expect([await empty(), onDisk()]).toEqual([1, []]);
  });
});
