/** The stage on every kind of glass: its region, turned, and laid out anew when that changes. */
import { expect, test } from 'vitest';
import { layouts } from '../../layouts/schemas.ts';
import type { OutputRegion } from '../../shared/protocol/common.ts';
import { director, everyKind, open, page, pixels, shapes, type Rgb } from './lib/stage.ts';
import { layoutScene } from './stage-harness.ts';

const raster = { width: 1280, height: 720 };
/** From every shape to every other, each once: indices of `shapes`. */
const ways = [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3, 0];
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
    expect({ width, height }).toEqual(rotation % 180 === 0 ? { width: 640, height: 320 } : { width: 320, height: 640 });
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
    expect(new Set(ways).size).toBe(sizes.length);
    const as = (size: { width: number; height: number }): OutputRegion => ({ x: 0, y: 0, ...size, rotation: 0 });
    const seen = async (size: { width: number; height: number }): Promise<string> =>
      (await page.screenshot({ clip: { x: 0, y: 0, ...size } })).toString('base64');
    const fresh = new Map<object, string>();
    for (const [index, size] of sizes.entries()) {
      director.configure(as(size));
      await director.present(`fresh${index}`, scene, options);
      fresh.set(size, await seen(size));
    }
    await director.present('one', scene, options);
    for (const size of ways.map((at) => sizes[at]!)) {
      director.configure(as(size));
      // An answer to what comes after it says that it has been dealt with.
      const answered = director.next('painted', 'one');
      director.send({ type: 'show', sceneId: 'one', offsetMs: 9_000 });
      await answered;
      expect((await seen(size)) === fresh.get(size)).toBe(true);
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
