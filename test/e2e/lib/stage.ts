/** A browser with the built stage, for a file of tests of the stage alone: each test has a page and a scripted director of its own, unless the file keeps them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { layouts } from '../../../layouts/schemas.ts';
import { ensureBrowser } from '../../../scripts/lib/browser.ts';
import { repoRoot } from '../../../scripts/lib/paths.ts';
import { outDir } from '../../../scripts/lib/targets.ts';
import type { Scene } from '../../../shared/protocol/bridge.ts';
import type { OutputRegion } from '../../../shared/protocol/common.ts';
import { boardId, layoutScene, noticeScene, ScriptedDirector, takeoverScene } from '../stage-harness.ts';

/** Those of the test under way. */
export let director: ScriptedDirector;
export let page: Page;
/** What the page complained about: nothing may, ever, but what a test takes out. */
export const complaints: string[] = [];
let browser: Browser;
let kept = false;
/** What the page was opened for; null where it was not opened by `open`. */
let glass: string | null = null;

/**
 * For a file whose tests present scenes and leave nothing else behind: those that follow one another on the same glass have one page,
 * as a board has one for all that it shows. A test that fails, or closes it, takes it away.
 */
export function keepPages(): void {
  kept = true;
}

export const shapes: Record<string, { width: number; height: number }> = {
  '16:9': { width: 1920, height: 1080 },
  '9:16': { width: 1080, height: 1920 },
  '2:1': { width: 640, height: 320 },
  '192×96': { width: 192, height: 96 },
};

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: await ensureBrowser(),
    // Chromium refuses its sandbox to root; tests may run as root, players never do.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
});

afterAll(async () => {
  await browser?.close();
  await director?.stop();
});

beforeEach(async () => {
  if (glass === null) director = await ScriptedDirector.start(outDir('stage'));
});

afterEach(async ({ task }) => {
  const wrong = task.result?.state === 'fail' || complaints.length + director.refused.length > 0;
  if (!kept || wrong) {
    glass = null;
    await page.context().close();
    await director.stop();
  }
  expect(complaints.splice(0)).toEqual([]);
  expect(director.refused).toEqual([]);
});

/** Another director, as after an engine that died. */
export async function startDirector(options: { port?: number; shell?: string }): Promise<void> {
  director = await ScriptedDirector.start(outDir('stage'), options);
}

/** What Chromium says of a director that was stopped. */
const engineAway = /ERR_(CONNECTION_(REFUSED|RESET)|SOCKET_NOT_CONNECTED)/;

/** An empty page, whose complaints are kept. */
export async function newPage(viewport: { width: number; height: number }): Promise<void> {
  const context = await browser.newContext({ viewport });
  page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !engineAway.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
}

/** Opens the stage and waits until it is ready and configured; does nothing where it is open on this glass and kept. */
export async function open(viewport = { width: 640, height: 360 }, output: OutputRegion | null = null): Promise<void> {
  const wanted = JSON.stringify([viewport, output]);
  if (kept && glass !== null) {
    if (glass === wanted && !page.isClosed()) return;
    await page.context().close();
  }
  glass = kept ? wanted : null;
  await newPage(viewport);
  const ready = director.next('ready');
  await page.goto(director.url);
  expect(await ready).toMatchObject({ ...viewport, pixelRatio: 1 });
  director.configure(output);
}

export type Rgb = [number, number, number];

export async function pixels(png: Buffer): Promise<(x: number, y: number) => Rgb> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return (x, y) => {
    const at = (y * info.width + x) * 3;
    return [data[at] ?? -1, data[at + 1] ?? -1, data[at + 2] ?? -1];
  };
}

export const near = (a: Rgb, b: Rgb, by = 40) => a.every((value, index) => Math.abs(value - (b[index] ?? 0)) <= by);

export async function plainImage(colour: string): Promise<Scene> {
  const bytes = await sharp({ create: { width: 640, height: 360, channels: 3, background: colour } })
    .png()
    .toBuffer();
  return noticeScene({ type: 'image', asset: director.addAsset(bytes, 'image/png'), alt: '', fit: 'cover' });
}

export async function greenVideo(): Promise<Scene> {
  const bytes = await readFile(join(repoRoot, 'test/fixtures/stage/green.webm'));
  return noticeScene({
    type: 'video',
    asset: director.addAsset(bytes, 'video/webm'),
    alt: '',
    fit: 'cover',
    muted: true,
  });
}

export const RED: Rgb = [214, 40, 40];
export const BLUE: Rgb = [30, 60, 200];
export const GREEN: Rgb = [0, 160, 64];
export const PAPER: Rgb = [251, 247, 238];

export const everyKind: Record<string, () => Scene | Promise<Scene>> = {
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
