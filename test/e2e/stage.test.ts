/** The stage alone, in a real browser, driven by a scripted director: what it says and what is on the glass. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import sharp from 'sharp';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { layouts } from '../../layouts/schemas.ts';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import type { OutputRegion } from '../../shared/protocol/common.ts';
import type { Scene } from '../../shared/protocol/bridge.ts';
import { inspect, marksBeyond, pageCount, pagedLines } from './lib/inspect-stage.ts';
import { boardId, layoutScene, noticeScene, ScriptedDirector, takeoverScene } from './stage-harness.ts';

const aDayMs = 86_400_000;
const repo = join(import.meta.dirname, '../..');
let folder: string;
let browser: Browser;
let director: ScriptedDirector;
let page: Page;
/** What the page complained about: nothing may, ever. */
let complaints: string[];

const shapes: Record<string, { width: number; height: number }> = {
  '16:9': { width: 1920, height: 1080 },
  '9:16': { width: 1080, height: 1920 },
  'LED 640×320': { width: 640, height: 320 },
  'LED 192×96': { width: 192, height: 96 },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-stage-'));
  await build({
    configFile: join(repo, 'player/stage/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  browser = await chromium.launch({
    executablePath: await ensureBrowser(),
    // Chromium refuses its sandbox to root; tests may run as root, players never do.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  director = await ScriptedDirector.start(folder);
});

afterEach(async () => {
  await page.context().close();
  await director.stop();
  expect(complaints).toEqual([]);
  expect(director.refused).toEqual([]);
});

/** Opens the stage and waits until it is ready and configured. */
async function open(viewport = { width: 640, height: 360 }, output: OutputRegion | null = null): Promise<void> {
  const context = await browser.newContext({ viewport });
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.text().includes('ERR_CONNECTION_REFUSED'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const ready = director.next('ready');
  await page.goto(director.url);
  expect(await ready).toMatchObject({ ...viewport, pixelRatio: 1 });
  director.configure(output);
}

type Rgb = [number, number, number];

async function pixels(png: Buffer): Promise<(x: number, y: number) => Rgb> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return (x, y) => {
    const at = (y * info.width + x) * 3;
    return [data[at] ?? -1, data[at + 1] ?? -1, data[at + 2] ?? -1];
  };
}

const near = (a: Rgb, b: Rgb, by = 40) => a.every((value, index) => Math.abs(value - (b[index] ?? 0)) <= by);

async function plainImage(colour: string): Promise<Scene> {
  const bytes = await sharp({ create: { width: 640, height: 360, channels: 3, background: colour } })
    .png()
    .toBuffer();
  return noticeScene({ type: 'image', asset: director.addAsset(bytes, 'image/png'), alt: '', fit: 'cover' });
}

async function greenVideo(): Promise<Scene> {
  const bytes = await readFile(join(repo, 'test/fixtures/stage/green.webm'));
  return noticeScene({
    type: 'video',
    asset: director.addAsset(bytes, 'video/webm'),
    alt: '',
    fit: 'cover',
    muted: true,
  });
}

const RED: Rgb = [214, 40, 40];
const BLUE: Rgb = [30, 60, 200];
const GREEN: Rgb = [0, 160, 64];
const PAPER: Rgb = [251, 247, 238];

const everyKind: Record<string, () => Scene | Promise<Scene>> = {
  notice: () => layoutScene('notice', layouts.notice.sample),
  infographic: () => layoutScene('infographic', layouts.infographic.sample),
  image: () => plainImage('#d62828'),
  video: () => greenVideo(),
  takeover: () => takeoverScene(4),
  exercise: () => takeoverScene(3, { exercise: true }),
  fallback: () => ({
    kind: 'fallback',
    fallback: { kind: 'fallback', unitName: 'Ủy ban nhân dân xã Bình An', boardName: 'Bảng tin thôn Đông' },
    zone: 'Asia/Ho_Chi_Minh',
  }),
  pairing: () => ({ kind: 'pairing', code: '7KQ20XWM', cms: 'https://bangtin.example' }),
  testPattern: () => ({ kind: 'testPattern', label: 'Cổng Ủy ban' }),
  identify: () => ({ kind: 'identify', boardName: 'Bảng tin thôn Đông', place: 'Nhà văn hóa thôn Đông', boardId }),
};

describe('prepare and show', () => {
  test('the glass is black until the first scene is shown, though it is prepared behind', async () => {
    await open();
    await director.prepare('a', await plainImage('#d62828'));
    expect((await pixels(await page.screenshot()))(320, 180)).toEqual([0, 0, 0]);
    await director.show('a');
    expect(near((await pixels(await page.screenshot()))(320, 180), RED)).toBe(true);
  });

  test.each(Object.keys(everyKind))('%s is prepared, shown and reported as painted', async (kind) => {
    await open();
    const { agoMs } = await director.present('one', (await everyKind[kind]?.())!);
    expect(agoMs).toBeGreaterThanOrEqual(0);
    expect(director.events.map((event) => event.type)).toEqual(['ready', 'prepared', 'painted']);
    expect(await page.locator('.layer').count()).toBe(1);
    const alive = await director.next('alive', 'one');
    expect(alive.sceneId).toBe('one');
  });

  test('between scenes of every kind no frame shows anything but the one or the other', async () => {
    await open({ width: 960, height: 540 });
    const colours = [RED, BLUE, GREEN, PAPER];
    const scenes = [
      await plainImage('#d62828'),
      await greenVideo(),
      await plainImage('#1e3cc8'),
      layoutScene('notice', { title: 'a', body: 'b' }),
      await greenVideo(),
      layoutScene('infographic', { title: 'a', rows: [{ value: '1', label: 'b' }] }),
      await plainImage('#d62828'),
    ];
    await director.present('s0', scenes[0]!);
    const frames: Promise<Rgb>[] = [];
    const session = await page.context().newCDPSession(page);
    session.on('Page.screencastFrame', ({ data, sessionId }) => {
      void session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
      // Upper right: no text there in any of the scenes.
      frames.push(pixels(Buffer.from(data, 'base64')).then((at) => at(900, 60)));
    });
    await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
    for (const [index, scene] of scenes.entries()) await director.present(`s${index + 1}`, scene);
    await session.send('Page.stopScreencast');
    const seen = await Promise.all(frames);
    expect(seen.length).toBeGreaterThan(scenes.length);
    expect(seen.filter((pixel) => !colours.some((colour) => near(pixel, colour)))).toEqual([]);
    // The frames were really looked at: every kind of picture is among them.
    for (const colour of colours) expect(seen.some((pixel) => near(pixel, colour))).toBe(true);
  });

  test('a video that gives way to another before it has moved leaves the picture before it on the glass', async () => {
    await open();
    await director.present('red', await plainImage('#d62828'));
    // The first of them never moves and draws nothing; the second begins when it is told to.
    await page.evaluate(() => {
      const { prototype } = HTMLVideoElement;
      const play = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'play')!.value as () => Promise<void>;
      let videos = 0;
      prototype.play = async function (this: HTMLVideoElement) {
        videos += 1;
        if (videos === 1) {
          this.style.visibility = 'hidden';
          return new Promise<void>(() => undefined);
        }
        await new Promise((resolve) => addEventListener('go', resolve, { once: true }));
        return play.call(this);
      };
    });
    await director.prepare('a', await greenVideo());
    director.send({ type: 'show', sceneId: 'a', offsetMs: 0 });
    await director.next('alive', 'a');
    await director.prepare('b', await greenVideo());
    const painted = director.next('painted', 'b');
    director.send({ type: 'show', sceneId: 'b', offsetMs: 0 });
    await director.next('alive', 'b');
    expect(near((await pixels(await page.screenshot()))(320, 60), RED)).toBe(true);
    await page.evaluate(() => dispatchEvent(new Event('go')));
    await painted;
    expect(near((await pixels(await page.screenshot()))(320, 60), GREEN)).toBe(true);
    expect(await page.locator('.layer').count()).toBe(1);
    // The next one does not bring back what was there before.
    await director.present('blue', await plainImage('#1e3cc8'));
    expect(near((await pixels(await page.screenshot()))(320, 60), BLUE)).toBe(true);
    expect(await page.locator('.layer').count()).toBe(1);
  });

  test('a picture that replaces a video that has not moved is seen at once', async () => {
    await open();
    await director.present('red', await plainImage('#d62828'));
    await page.evaluate(() => (HTMLVideoElement.prototype.play = () => new Promise<void>(() => undefined)));
    await director.prepare('a', await greenVideo());
    director.send({ type: 'show', sceneId: 'a', offsetMs: 0 });
    await director.next('alive', 'a');
    await director.present('blue', await plainImage('#1e3cc8'));
    expect(near((await pixels(await page.screenshot()))(320, 60), BLUE)).toBe(true);
    expect(await page.locator('.layer').count()).toBe(1);
  });

  test('what was shown before is torn down, so that memory stays as it is', async () => {
    await open();
    const [video, image] = [await greenVideo(), await plainImage('#1e3cc8')];
    await director.present('v0', video);
    const first = await page.locator('video').elementHandle();
    for (let i = 1; i <= 5; i += 1) {
      await director.present(`i${i}`, image);
      await director.present(`v${i}`, video);
    }
    expect(await page.locator('.layer').count()).toBe(1);
    expect(await page.locator('video').count()).toBe(1);
    expect(
      await first?.evaluate((element: HTMLVideoElement) => [element.hasAttribute('src'), element.readyState]),
    ).toEqual([false, 0]);
  });

  test('a newer prepare replaces an older one, which is never heard of again', async () => {
    await open();
    const [video, image] = [await greenVideo(), await plainImage('#1e3cc8')];
    director.send({
      type: 'prepare',
      sceneId: 'old',
      scene: video,
      durationMs: 10_000,
      offsetMs: 0,
      nowMs: 0,
      paused: false,
    });
    await director.present('new', image);
    expect(director.events).not.toContainEqual(expect.objectContaining({ sceneId: 'old' }));
    expect(await page.locator('.layer').count()).toBe(1);
  });

  test('a show that comes before the scene is prepared is carried out when it is', async () => {
    await open();
    const painted = director.next('painted', 'a').catch(() => director.next('painted', 'a'));
    director.send({
      type: 'prepare',
      sceneId: 'a',
      scene: await greenVideo(),
      durationMs: 10_000,
      offsetMs: 0,
      nowMs: 0,
      paused: false,
    });
    director.send({ type: 'show', sceneId: 'a', offsetMs: 0 });
    await painted;
    expect(near((await pixels(await page.screenshot()))(320, 60), GREEN)).toBe(true);
  });

  test('a video begins where the slot is and repeats when it is shorter', async () => {
    await open();
    await director.present('v', await greenVideo(), { durationMs: 60_000, offsetMs: 4_000 });
    const times = await page.locator('video').evaluate(async (video: HTMLVideoElement) => {
      const before = video.currentTime;
      const until = (late: (time: number) => boolean) =>
        new Promise<number>((resolve) => {
          const look = () =>
            late(video.currentTime) ? resolve(video.currentTime) : video.requestVideoFrameCallback(look);
          look();
        });
      const late = await until((time) => time > 2.5);
      return { before, late, again: await until((time) => time < 1) };
    });
    // The video is three seconds long: four seconds into the slot it is in its second round.
    expect(times.before).toBeGreaterThanOrEqual(1);
    expect(times.before).toBeLessThan(2.5);
    expect(times.again).toBeLessThan(1);
  });

  test('a preview whose clock stands still shows the frame of that moment', async () => {
    await open();
    await director.present('v', await greenVideo(), { durationMs: 60_000, offsetMs: 1_500, paused: true });
    const state = await page.locator('video').evaluate((video: HTMLVideoElement) => [video.paused, video.currentTime]);
    expect(state).toEqual([true, 1.5]);
    await director.show('v', 2_000);
    expect(await page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime)).toBe(2);
  });
});

describe('what cannot be shown', () => {
  const failing: [string, string, () => Scene][] = [
    ['a video that is none', 'asset_unreadable', () => video(Buffer.from('Đây không phải là video.'.repeat(50)))],
    ['a video that is empty', 'asset_unreadable', () => video(Buffer.alloc(0))],
    [
      'a video that is not there',
      'asset_unreadable',
      () => noticeScene({ type: 'video', asset: '0'.repeat(64), alt: '', fit: 'cover', muted: true }),
    ],
    [
      'an image that is none',
      'asset_unreadable',
      () =>
        noticeScene({ type: 'image', asset: director.addAsset(Buffer.from('x'), 'image/png'), alt: '', fit: 'cover' }),
    ],
    ['a layout that nobody knows', 'layout_unknown', () => layoutScene('toString', {})],
    ['fields that do not fit', 'layout_failed', () => layoutScene('notice', { title: '' })],
  ];
  const video = (bytes: Buffer) =>
    noticeScene({ type: 'video', asset: director.addAsset(bytes, 'video/mp4'), alt: '', fit: 'cover', muted: true });

  test.each(failing)('%s is reported as such, and the picture stays', async (_name, code, scene) => {
    await open();
    await director.present('good', await plainImage('#1e3cc8'));
    const failed = director.next('failed', 'bad');
    director.send({
      type: 'prepare',
      sceneId: 'bad',
      scene: scene(),
      durationMs: 10_000,
      offsetMs: 0,
      nowMs: 0,
      paused: false,
    });
    expect((await failed).code).toBe(code);
    expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(true);
    expect(await page.locator('.layer').count()).toBe(1);
    complaints = complaints.filter((text) => !/404|Failed to load resource/.test(text));
  });

  test('showing what was not prepared is refused', async () => {
    await open();
    const failed = director.next('failed', 'never');
    director.send({ type: 'show', sceneId: 'never', offsetMs: 0 });
    expect((await failed).code).toBe('layout_failed');
  });

  test('a scene that the stage cannot read is refused by its name, and the picture stays', async () => {
    await open();
    await director.present('a', await plainImage('#1e3cc8'));
    const failed = director.next('failed', 'newer');
    director.sendRaw('{"type":"prepare","sceneId":"newer","scene":{"kind":"hologram"},"durationMs":1000}');
    expect(await failed).toMatchObject({ code: 'layout_failed', detail: expect.stringContaining('scene') });
    expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(true);
  });

  test('a font or a layout that never comes is not waited for', async () => {
    await open();
    // Neither answered nor refused.
    await page.route(/\.(woff2?|js)$/, () => undefined);
    await director.present('alert', takeoverScene(4));
    const failed = director.next('failed', 'layout');
    director.prepare('layout', layoutScene('notice', layouts.notice.sample)).catch(() => undefined);
    expect(await failed).toMatchObject({ code: 'layout_failed', detail: expect.stringContaining('in time') });
  });

  test('messages that are no commands change nothing', async () => {
    await open();
    await director.present('a', await plainImage('#1e3cc8'));
    director.sendRaw('{"type":"show"');
    director.sendRaw('{"type":"burn"}');
    director.sendRaw('{"type":"configure","output":{"x":-1},"assetBase":"/","locale":"vi"}');
    await director.present('b', await plainImage('#d62828'));
    expect(near((await pixels(await page.screenshot()))(320, 180), RED)).toBe(true);
  });
});

test('the picture stays while the engine is away, and the new one begins anew without a gap', async () => {
  await open();
  await director.present('a', await plainImage('#1e3cc8'));
  const { port } = director;
  await director.stop();
  await page.waitForFunction(() => performance.getEntriesByType('resource').length > 0);
  expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(true);
  director = await ScriptedDirector.start(folder, { port });
  await director.next('ready');
  expect((await director.next('alive')).sceneId).toBeNull();
  expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(true);
  director.configure();
  await director.present('b', await plainImage('#d62828'));
  expect(near((await pixels(await page.screenshot()))(320, 180), RED)).toBe(true);
  expect(await page.locator('.layer').count()).toBe(1);
});

test('a video plays on while the engine is away', async () => {
  await open();
  await director.present('v', await greenVideo(), { durationMs: 60_000 });
  const { port } = director;
  await director.stop();
  const time = () => page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);
  const at = await time();
  await page.waitForFunction((before) => document.querySelector('video')!.currentTime !== before, at);
  expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(false);
  director = await ScriptedDirector.start(folder, { port });
});

test('a video that stops is said to have stalled; a new layer takes its place without anything else between', async () => {
  await open();
  const video = await greenVideo();
  const stalled = director.next('failed', 'first');
  await director.present('first', video, { durationMs: 60_000 });
  const [r, g, b] = (await pixels(await page.screenshot()))(320, 180);
  // A decoder that gives nothing any more: no frame is counted, the picture stands.
  await page.locator('video').evaluate((element: HTMLVideoElement) => {
    element.getVideoPlaybackQuality = () => ({ totalVideoFrames: 7 }) as VideoPlaybackQuality;
  });
  expect((await stalled).code).toBe('decode_stalled');
  expect(near((await pixels(await page.screenshot()))(320, 180), [r!, g!, b!])).toBe(true);
  await director.present('second', video, { durationMs: 60_000, offsetMs: 1_000 });
  expect(near((await pixels(await page.screenshot()))(320, 180), [r!, g!, b!])).toBe(true);
  expect(await page.locator('video').count()).toBe(1);
});

test('a stage that is told to load itself again comes back and is ready', async () => {
  await open();
  await director.present('a', await plainImage('#1e3cc8'));
  const ready = director.next('ready');
  director.send({ type: 'reload' });
  await ready;
  director.configure();
  await director.present('b', await plainImage('#d62828'));
  expect(near((await pixels(await page.screenshot()))(320, 180), RED)).toBe(true);
});

describe('the clock of the fallback slide', () => {
  const clock = () => page.locator('.fallback .time, .fallback .date').allInnerTexts();
  const nowMs = Date.UTC(2031, 1, 3, 0, 8, 9, 400);

  test('shows trusted time in the board’s zone, whatever the machine’s clock says', async () => {
    await open();
    await director.present('a', await everyKind.fallback!(), { nowMs, paused: true });
    expect((await clock()).join(' ').replace(/\s+/g, ' ')).toBe('07:08 09 Thứ Hai, 03/02/2031');
  });

  test('runs on from there', async () => {
    await open();
    await director.present('a', await everyKind.fallback!(), { nowMs });
    await page.waitForFunction(() => document.querySelector('.fallback .time')?.textContent === '07:0811');
    expect((await clock()).join(' ')).toContain('03/02/2031');
  });
});

describe('the glass', () => {
  const raster = { width: 1280, height: 720 };
  const region = { x: 100, y: 50, width: 640, height: 320 };

  test.each([0, 90, 180, 270] as const)(
    'the picture fills its region, turned by %i°, and the rest is black',
    async (rotation) => {
      await open(raster, { ...region, rotation });
      await director.present('t', { kind: 'testPattern', label: '' });
      const at = await pixels(await page.screenshot());
      const [right, bottom] = [region.x + region.width - 1, region.y + region.height - 1];
      const [middleX, middleY] = [region.x + 250, region.y + 130];
      const FRAME: Rgb = [255, 0, 0];
      // The outermost pixel on all four sides is the red frame; one pixel further all is black.
      for (const [x, y] of [
        [middleX, region.y],
        [middleX, bottom],
        [region.x, middleY],
        [right, middleY],
      ] as const) {
        expect(at(x, y)).toEqual(FRAME);
      }
      for (const [x, y] of [
        [middleX, region.y - 1],
        [middleX, bottom + 1],
        [region.x - 1, middleY],
        [right + 1, middleY],
        [1200, 700],
      ] as const) {
        expect(at(x, y)).toEqual([0, 0, 0]);
      }
      const { width, height } = await page
        .locator('.picture')
        .evaluate((element: HTMLElement) => ({ width: element.offsetWidth, height: element.offsetHeight }));
      expect({ width, height }).toEqual(
        rotation % 180 === 0 ? { width: 640, height: 320 } : { width: 320, height: 640 },
      );
      // The white colour bar is at the viewer's left, below the middle.
      const [left, down] = [0.12 * width + 10, 0.6 * height];
      const place: Record<number, [number, number]> = {
        0: [region.x + left, region.y + down],
        90: [right - down, region.y + left],
        180: [right - left, bottom - down],
        270: [region.x + down, bottom - left],
      };
      const [x, y] = place[rotation]!;
      expect(at(Math.round(x), Math.round(y))).toEqual([255, 255, 255]);
    },
  );

  test('a region that changes while a scene is shown is followed at once', async () => {
    await open(raster);
    await director.present('n', layoutScene('notice', layouts.notice.sample), { paused: true });
    director.configure({ ...region, rotation: 0 });
    await page.waitForFunction(() => document.querySelector<HTMLElement>('.picture')?.offsetWidth === 640);
    expect(await page.locator('[data-layout]').getAttribute('data-scale')).toBe('led');
  });

  test.each(['notice', 'infographic', 'takeover', 'exercise', 'fallback'])(
    '%s in front is laid out anew for every kind of glass, as if it had begun there',
    async (kind) => {
      await open({ width: 1920, height: 1920 });
      const scene = (await everyKind[kind]?.())!;
      const options = { paused: true, durationMs: 20_000, offsetMs: 9_000, nowMs: 1_764_000_000_000 };
      const sizes = Object.values(shapes);
      const path = sizes.flatMap((from) => sizes.filter((to) => to !== from).flatMap((to) => [from, to]));
      const as = (size: { width: number; height: number }): OutputRegion => ({ x: 0, y: 0, ...size, rotation: 0 });
      const fresh = new Map<object, string>();
      for (const [index, size] of sizes.entries()) {
        director.configure(as(size));
        await director.present(`fresh${index}`, scene, options);
        fresh.set(size, (await page.screenshot()).toString('base64'));
      }
      await director.present('one', scene, options);
      for (const size of path) {
        director.configure(as(size));
        // An answer to what comes after it says that it has been dealt with.
        const answered = director.next('painted', 'one');
        director.send({ type: 'show', sceneId: 'one', offsetMs: 9_000 });
        await answered;
        expect((await page.screenshot()).toString('base64') === fresh.get(size)).toBe(true);
      }
    },
  );

  test('no cursor, no scroll bar, nothing to select', async () => {
    await open();
    await director.present('n', layoutScene('notice', layouts.notice.sample));
    const glass = await page.evaluate(() => ({
      cursor: getComputedStyle(document.querySelector('.layer h1') ?? document.body).cursor,
      overflow: getComputedStyle(document.documentElement).overflow,
      scrolls: document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth,
      select: getComputedStyle(document.body).userSelect,
    }));
    expect(glass).toEqual({ cursor: 'none', overflow: 'hidden', scrolls: false, select: 'none' });
  });
});

test('a page opened by hand shows the whole picture to scale, and says above it and in its title that it is no board', async () => {
  await open({ width: 800, height: 600 });
  const scene = layoutScene('notice', layouts.notice.sample);
  expect(await page.locator('.mark').count()).toBe(0);
  expect(await page.title()).toBe('Bảng Tin');
  const byHand = (output: OutputRegion | null, locale: 'vi' | 'en') =>
    director.send({ type: 'configure', output, assetBase: '/assets/', locale, byHand: true });
  const box = async () => {
    const { x, y, width, height } = (await page.locator('.picture').boundingBox())!;
    return [x, y, width, height].map(Math.round);
  };
  byHand({ x: 0, y: 0, width: 1920, height: 1080, rotation: 0 }, 'vi');
  await director.present('wide', scene);
  const mark = 'Bản xem trong trình duyệt – không phải bảng tin, không được tính';
  expect(await page.locator('.mark').innerText()).toBe(mark);
  expect(await page.title()).toContain(mark);
  const { height: above } = (await page.locator('.mark').boundingBox())!;
  expect(await box()).toEqual([0, Math.round(above + (600 - above - 450) / 2), 800, 450]);
  expect(await page.locator('[data-layout]').getAttribute('data-scale')).toBe('full');
  // An LED wall on its side is seen upright, below the mark.
  byHand({ x: 40, y: 20, width: 320, height: 192, rotation: 90 }, 'en');
  await director.present('tall', scene);
  expect(await page.locator('.mark').innerText()).toContain('not a board, not counted');
  const [, top, width, height] = await box();
  expect([top, height]).toEqual([Math.round(above), Math.round(600 - above)]);
  expect(width).toBe(Math.round((192 * (600 - above)) / 320));
  byHand(null, 'vi');
  await director.present('window', scene);
  expect(await box()).toEqual([0, above, 800, 600 - above]);
});

test('a preview in a page of the same origin is driven by that page alone, upright and to scale', async () => {
  const shell = `<!doctype html><body style="margin:0"><iframe id="stage" style="border:0;width:400px;height:400px"></iframe><iframe id="other"></iframe></body>`;
  await director.stop();
  director = await ScriptedDirector.start(folder, { shell });
  const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`http://127.0.0.1:${director.port}/shell.html`);
  const events = await page.evaluate(
    async (json) => {
      const scene: unknown = JSON.parse(json);
      const frame = document.querySelector<HTMLIFrameElement>('#stage')!;
      const heard: { type: string; sceneId?: string }[] = [];
      const next = (type: string) =>
        new Promise<void>((resolve) => {
          const listen = ({ data, source }: MessageEvent) => {
            if (source !== frame.contentWindow || data.type !== type) return;
            removeEventListener('message', listen);
            resolve();
          };
          addEventListener('message', listen);
        });
      addEventListener('message', ({ data }) => {
        if (data.type !== 'alive') heard.push({ type: data.type, sceneId: data.sceneId });
      });
      const post = (command: unknown) => frame.contentWindow!.postMessage(command, location.origin);
      const ready = next('ready');
      frame.src = '/stage/index.html?carrier=parent';
      await ready;
      // Another window of the same origin is not the page around the stage.
      const other = document.querySelector<HTMLIFrameElement>('#other')!.contentWindow as Window & typeof globalThis;
      other.eval(
        `parent.document.querySelector('#stage').contentWindow.postMessage({type:'show',sceneId:'intruder',offsetMs:0}, '${location.origin}')`,
      );
      post({
        type: 'configure',
        output: { x: 7, y: 9, width: 320, height: 640, rotation: 90 },
        assetBase: '/assets/',
        locale: 'en',
      });
      const prepared = next('prepared');
      post({ type: 'prepare', sceneId: 'p', scene, durationMs: 10000, offsetMs: 0, nowMs: 0, paused: true });
      await prepared;
      const painted = next('painted');
      post({ type: 'show', sceneId: 'p', offsetMs: 0 });
      await painted;
      return heard;
    },
    JSON.stringify(await everyKind.pairing!()),
  );
  expect(events).toEqual([{ type: 'ready' }, { type: 'prepared', sceneId: 'p' }, { type: 'painted', sceneId: 'p' }]);
  const picture = page.frameLocator('#stage').locator('.picture');
  expect(await picture.evaluate((element: HTMLElement) => [element.offsetWidth, element.offsetHeight])).toEqual([
    640, 320,
  ]);
  // 640×320 in 400×400: scaled by 0.625, in the middle.
  expect(await picture.evaluate((element) => ({ ...element.getBoundingClientRect().toJSON() }))).toMatchObject({
    x: 0,
    y: 100,
    width: 400,
    height: 200,
  });
  expect(await page.frameLocator('#stage').locator('.pairing').innerText()).toContain('Pairing code');
  expect(await page.frameLocator('#stage').locator('.mark').count()).toBe(0);
});

describe('text', () => {
  const marks = 'Ể Ộ Ữ Ẵ ngoằn ngoèo – ẾỆỄ ƯỚC MUỐN ĐẦY ỤC, Ặng ợ g';
  const long = Array.from(
    { length: 12 },
    (_, i) =>
      `${i % 3 === 1 ? '- ' : ''}Đoạn ${i + 1}: ${marks}; cán bộ phụ trách và cán bộ làm công tác thông tin cơ sở ở xã, phường (mỗi đơn vị tối thiểu 02 người).`,
  ).join('\n');
  const texts: Record<string, Scene> = {
    takeover: takeoverScene(5, { exercise: true, instruction: long.slice(0, 700) }),
    fallback: {
      kind: 'fallback',
      fallback: { kind: 'fallback', unitName: `Ủy ban nhân dân ${marks}`, boardName: marks },
      zone: 'Asia/Ho_Chi_Minh',
    },
    identify: { kind: 'identify', boardName: marks, place: marks, boardId },
    pairing: { kind: 'pairing', code: 'WMWMWMWM', cms: 'https://bang-tin-dien-tu.tinh-dai-nhat.example' },
  };
  const cases = Object.keys(shapes).flatMap((shape) => Object.keys(texts).map((text) => [shape, text] as const));

  test.each(cases)('%s: «%s» is whole on its pages, NFC and NFD alike', async (shape, name) => {
    await open(shapes[shape]);
    const scene = texts[name]!;
    const decomposed = JSON.parse(JSON.stringify(scene).normalize('NFD')) as Scene;
    const durationMs = scene.kind === 'takeover' ? aDayMs : 1_000_000;
    await director.present('first', scene, { durationMs, paused: true });
    const count = await page.evaluate(pageCount);
    const shares = Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * durationMs) / count));
    const offsets = scene.kind === 'takeover' ? await turnsOf('first') : shares;
    expect(offsets).toHaveLength(count);
    let lines = 0;
    for (const [index, offsetMs] of offsets.entries()) {
      await director.present(`nfc${index}`, scene, { durationMs, offsetMs, paused: true });
      const found = await page.evaluate(inspect);
      expect(found.problems).toEqual([]);
      lines += found.paged;
      // Later pages follow from the same text.
      if (index > 0) continue;
      const composed = name === 'fallback' ? null : await page.screenshot();
      await director.present(`nfd${index}`, decomposed, { durationMs, offsetMs, paused: true });
      if (composed !== null) expect((await page.screenshot()).equals(composed)).toBe(true);
    }
    // Every line of every paged text was on one page.
    expect(lines).toBe(await page.evaluate(pagedLines));
  });

  test.each(Object.keys(shapes))('%s: the band of an exercise shows the marks of «DIỄN TẬP» whole', async (shape) => {
    await open(shapes[shape]);
    await director.present('exercise', takeoverScene(3, { exercise: true }), { durationMs: aDayMs, paused: true });
    expect(await page.locator('.band:visible').first().innerText()).toBe('DIỄN TẬP');
    expect(await page.evaluate(marksBeyond, '.band')).toEqual([]);
  });

  test.each(Object.keys(shapes))('%s: the level shows the marks of «CẤP» whole', async (shape) => {
    await open(shapes[shape]);
    await director.present('level', takeoverScene(3), { durationMs: aDayMs, paused: true });
    expect(await page.locator('.level').innerText()).toMatch(/^CẤP\s*3$/);
    expect(await page.evaluate(marksBeyond, '.level span')).toEqual([]);
  });

  /** Offsets at which the pages of a standing alert have turned, until the first one comes round again. */
  async function turnsOf(sceneId: string): Promise<number[]> {
    const offsets: number[] = [];
    const pages: string[] = [];
    if ((await page.evaluate(pageCount)) === 1) return [0];
    // Nobody stays before a board for longer.
    for (let offsetMs = 0; offsetMs <= 240_000; offsetMs += 1_000) {
      await director.show(sceneId, offsetMs);
      const now = await page.evaluate(pageOn, sceneId);
      if (now === pages.at(-1)) continue;
      if (now === pages[0]) return offsets;
      pages.push(now);
      offsets.push(offsetMs);
    }
    throw new Error(`${pages.length} pages, and the first has not come again`);
  }

  test.each(Object.keys(shapes))(
    '%s: an alert that stands for hours has shown all its pages within a minute, in every round',
    async (shape) => {
      await open(shapes[shape]);
      await director.present('a', takeoverScene(4), { durationMs: 6 * 3_600_000, paused: true });
      const offsets = await turnsOf('a');
      expect(offsets).toHaveLength(await page.evaluate(pageCount));
      expect(offsets.at(-1)).toBeLessThan(60_000);
    },
  );

  test('equal alerts have 15 s in turn: each turn shows whole pages, and the next turn those that follow', async () => {
    await open(shapes['LED 192×96']);
    await director.present('alone', takeoverScene(4), { durationMs: aDayMs, paused: true });
    const count = (await turnsOf('alone')).length;
    const heldMs = new Map<string, number>();
    for (let turn = 0; heldMs.size < count; turn += 1) {
      expect(turn).toBeLessThan(count);
      await director.present(`t${turn}`, takeoverScene(4, { turn }), { durationMs: 15_000, paused: true });
      const inTurn = new Set<string>();
      for (let offsetMs = 0; offsetMs < 15_000; offsetMs += 250) {
        await director.show(`t${turn}`, offsetMs);
        const now = await page.evaluate(pageOn, `t${turn}`);
        // No page is cut by the other alert and taken up again.
        if (!inTurn.has(now)) expect(heldMs.has(now)).toBe(false);
        inTurn.add(now);
        heldMs.set(now, (heldMs.get(now) ?? 0) + 250);
      }
    }
    for (const held of heldMs.values()) expect(held).toBeGreaterThanOrEqual(4_000 - 250);
    // Then the first ones again.
    await director.present('again', takeoverScene(4, { turn: 50 }), { durationMs: 15_000, paused: true });
    expect(heldMs.has(await page.evaluate(pageOn, 'again'))).toBe(true);
  });

  test('a clipped mark would be noticed: text looks the same without its windows', async () => {
    await open(shapes['LED 192×96']);
    await director.present('a', layoutScene('notice', { title: 'Ể', body: 'ỂỘỮẴẲ' }), {
      paused: true,
      offsetMs: 9_000,
    });
    const clipped = await page.screenshot();
    await page.addStyleTag({ url: await director.addStyle('.window { overflow: visible !important; }') });
    expect((await page.screenshot()).equals(clipped)).toBe(true);
  });

  test('the page follows from the offset, and turns while the slot runs', async () => {
    await open(shapes['LED 192×96']);
    const scene = layoutScene('notice', { title: 'Một', body: 'Hai\n'.repeat(40) });
    const durationMs = 100_000;
    await director.present('a', scene, { durationMs, offsetMs: 55_000, paused: true });
    const count = await page.evaluate(pageCount);
    expect(count).toBeGreaterThan(8);
    expect(await page.evaluate(pageOnBar, 'a')).toBe(Math.floor(count * 0.55));
    // A tenth of a second before the third page.
    await director.present('b', scene, { durationMs, offsetMs: Math.floor((2 * durationMs) / count) - 100 });
    await page.waitForFunction(pageOnBarIs, ['b', 2] as const);
  });
});

/** In the page: what is seen of the paged text, in so far as it tells one page from another. */
function pageOn(sceneId: string): string {
  const windows = document.querySelectorAll<HTMLElement>(`[data-scene-id="${sceneId}"] .window`);
  return [...windows].map((each) => (each.matches('.on') ? each.getAttribute('style') : '-')).join('|');
}

/** In the page: which page the hairline of a strip says is on. */
function pageOnBar(sceneId: string): number {
  const { left, width } = document.querySelector<HTMLElement>(`[data-scene-id=${sceneId}] .bar`)!.style;
  return Math.round(parseFloat(left) / parseFloat(width));
}

function pageOnBarIs([sceneId, wanted]: readonly [string, number]): boolean {
  const { left, width } = document.querySelector<HTMLElement>(`[data-scene-id=${sceneId}] .bar`)!.style;
  return Math.round(parseFloat(left) / parseFloat(width)) === wanted;
}
