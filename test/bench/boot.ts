/**
 * npm run bench -- boot [--library 2000]
 *
 * From the start of the player's process to its first play on the glass: a headless Chromium, no CMS that answers, a library of 2 GB
 * on the disk. Floor: the same Chromium, started in the same way by the same code, showing a static page with the same picture.
 * `details.plainPage` is the median for a static page with nothing but a heading: what opening any page takes.
 * `details.cold` is the same with files that have to be read from the disk, nearly as after a power cut: only Node's own program, which runs this
 * benchmark too, stays in memory. Where that cannot be made so, it says why. It drops the file cache of the whole machine.
 *
 * needs: build, browser
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import sharp from 'sharp';
import { startEngine } from '../../player/engine/engine.ts';
import { noticeId, programme } from '../../player/engine/testing-board.ts';
import { TestCms, sha256 } from '../../player/engine/testing-cms.ts';
import { TestStage } from '../../player/engine/testing-stage.ts';
import { BrowserProcess } from '../../player/hosts/chromium/browser-process.ts';
import { findBrowser } from '../../scripts/lib/browser.ts';
import { repoRoot } from '../../scripts/lib/paths.ts';
import { isFresh } from '../../scripts/lib/targets.ts';
import { buildTarget } from '../../scripts/lib/vite-targets.ts';
import type { AssetRef } from '../../shared/protocol/programme.ts';
import { Child } from '../e2e/lib/processes.ts';
import { measure, median, runBench } from './lib/bench.ts';
import { dropFileCache, whyNeverCold } from './lib/file-cache.ts';

const { values } = parseArgs({ options: { library: { type: 'string', default: '2000' } } });
const libraryMb = Number(values.library);
const fileMb = 50;

const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
if (browser === null) throw new Error('There is no browser that another user could run.');
const folder = await mkdtemp(join(tmpdir(), 'bang-tin-boot-'));
const dataDir = join(folder, 'player');
const picturePath = join(folder, 'picture.webp');
const raster = { width: 1920, height: 1080 };
const cms = await TestCms.start({ x: 0, y: 0, ...raster, rotation: 0 });

/** Writes real files into the library, as if they had been fetched, and names them. */
async function fillLibrary(): Promise<AssetRef[]> {
  const refs: AssetRef[] = [];
  const block = Buffer.alloc(1_000_000);
  for (let n = 0; n < libraryMb / fileMb; n++) {
    const path = join(dataDir, 'assets', `filling-${n}`);
    const file = await open(path, 'w');
    const hash = createHash('sha256');
    for (let mb = 0; mb < fileMb; mb++) {
      crypto.getRandomValues(block.subarray(0, 65_536));
      hash.update(block);
      await file.write(block);
    }
    await file.close();
    const name = hash.digest('hex');
    await rename(path, join(dataDir, 'assets', name));
    refs.push({ hash: name, size: (await stat(join(dataDir, 'assets', name))).size, mediaType: 'video/mp4' });
  }
  return refs;
}

let picture = Buffer.alloc(0);
/** Times of the plain page, ms. */
const plain: number[] = [];

/** A paired player whose library is on the disk and whose CMS is gone. */
async function prepare(): Promise<void> {
  // As large as a photograph in the form in which a CMS hands it out.
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 12 };
  picture = await sharp({ create: { ...raster, channels: 3, background: '#204060', noise } })
    .webp({ quality: 80 })
    .toBuffer();
  await writeFile(picturePath, picture);
  const log = pino({ level: 'silent' });
  const engine = await startEngine({
    cms: cms.url,
    dataDir,
    stageDir: folder,
    host: 'headless',
    app: 'bench',
    log,
    pairingAskMs: 50,
  });
  const stage = await TestStage.open(engine.url('host'));
  await cms.enterCode(await stage.untilCode());
  await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
  const library = await fillLibrary();
  const content = programme([1, picture]);
  // A notice of an ordinary length.
  const parts = content.parts.map((part) => (part.kind === 'notice' ? { ...part, durationMs: 15_000 } : part));
  const signed = await cms.signManifest({ ...content, parts });
  await cms.publish({ ...content, parts }, { assets: [...signed.manifest.assets, ...library] });
  await stage.untilNotice(noticeId(1));
  await stage.close();
  await engine.close();
  await cms.stop();
  if (sha256(picture) !== signed.manifest.assets[0]?.hash) throw new Error('The picture is not in the programme.');
}

async function bootOnce(): Promise<number> {
  const startedAt = performance.now();
  const child = new Child('dist/chromium/main.cjs', [
    ...[
      '--cms',
      cms.url,
      '--data',
      dataDir,
      '--stage',
      join(repoRoot, 'dist/stage'),
      '--browser',
      browser!,
      '--headless',
    ],
  ]);
  await child.message('playing');
  const took = performance.now() - startedAt;
  await child.stop();
  return took;
}

/** Says so when `ready` and then two frames have gone by, as the stage does. */
const page = (body: string, ready: string) => `<!doctype html><title>Static</title>
<body style="margin:0;background:#204060;color:#fff">${body}
<script>${ready}.then(() => requestAnimationFrame(() => requestAnimationFrame(() => fetch('/painted', { method: 'POST' }))))</script>`;
const pages = {
  picture: page(
    '<img src="/picture" style="width:100%;height:100%;object-fit:contain">',
    "document.querySelector('img').decode()",
  ),
  plain: page('<h1>Bảng tin</h1>', 'Promise.resolve()'),
};

/** From the start of the browser to the page on the glass, ms. */
async function openPage(html: string): Promise<number> {
  const painted = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.url === '/painted') painted.resolve();
    const isPicture = request.url === '/picture';
    response.setHeader('content-type', isPicture ? 'image/webp' : 'text/html; charset=utf-8');
    if (isPicture) createReadStream(picturePath).pipe(response);
    else response.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const startedAt = performance.now();
  const window = new BrowserProcess('headless', {
    program: browser!,
    dataDir: folder,
    extra: [],
    env: process.env,
    onEnded: (reason) => painted.reject(new Error(reason)),
    onPageEnded: () => painted.reject(new Error('the page ended')),
  });
  await window.show('headless', `http://127.0.0.1:${port}/`, raster);
  await painted.promise;
  const took = performance.now() - startedAt;
  await window.stop();
  server.closeAllConnections();
  server.close();
  return took;
}

/** With files that have to be read from the disk. */
async function cold(): Promise<Record<string, unknown> | string> {
  const why = await whyNeverCold(folder);
  if (why !== null) return why;
  const fromDisk = (once: () => Promise<number>) => async (): Promise<number> => {
    await dropFileCache();
    return once();
  };
  const { figure, floor, ratio, details } = await measure({
    name: 'boot, cold',
    unit: 'ms',
    figure: fromDisk(bootOnce),
    floor: fromDisk(() => openPage(pages.picture)),
  });
  return { figure, floor, ratio, ...details };
}

try {
  for (const target of ['chromium', 'engine'] as const) if (!isFresh(target)) await buildTarget(target);
  await prepare();
  await runBench({
    name: 'boot',
    unit: 'ms',
    figure: bootOnce,
    floor: async () => {
      plain.push(await openPage(pages.plain));
      return openPage(pages.picture);
    },
    details: async () => ({
      plainPage: median(plain),
      libraryMb,
      pictureBytes: picture.length,
      files: libraryMb / fileMb,
      network: 'off',
      first: 'a notice with a picture of 1920×1080, hashed before it is shown',
      cold: await cold(),
    }),
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
