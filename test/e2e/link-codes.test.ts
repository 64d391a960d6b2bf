/** The code of a link beside every layout, and beside a picture: read as a phone would. */
import { decodeQR } from 'qr/decode.js';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { layoutNames } from '../../layouts/schemas.ts';
import { maxLinkLength } from '../../shared/protocol/link-code.ts';
import type { NoticeContent } from '../../shared/protocol/programme.ts';
import { inspect } from './lib/inspect-stage.ts';
import { layoutCase } from './lib/layout-cases.ts';
import { director, keepPages, open, page, shapes } from './lib/stage.ts';
import { noticeScene } from './stage-harness.ts';

keepPages();

/** 21 November 2026, 14:30:45 in Vietnam. */
const nowMs = Date.UTC(2026, 10, 21, 7, 30, 45);
const durationMs = 1_000_000;

const links = {
  short: 'https://phuan.example.vn/tiem',
  longest: `https://${'rat-dai.'.repeat(7)}phuan.example.vn/`.padEnd(maxLinkLength, 'tin-tuc/'),
};

/** What a phone would read of the picture; null where it finds no code. */
async function scanned(picture: Buffer): Promise<string | null> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  try {
    return decodeQR({ width: info.width, height: info.height, data }, { format: 'RGB', timeLimit: 1000 });
  } catch {
    return null;
  }
}

const samples = Object.keys(shapes).flatMap((shape) => layoutNames.map((layout) => [shape, layout] as const));
/** `npm test` tries every layout on one large shape and the smallest, one on the others; EVERY_LAYOUT=1 all. */
const tried = ([shape, layout]: readonly [string, string]): boolean =>
  process.env.EVERY_LAYOUT === '1' || ['16:9', '192×96'].includes(shape) || layout === 'notice';

test.skip.each(samples.filter((at) => !tried(at)))(
  '%s: the link beside «%s», tried with EVERY_LAYOUT=1',
  () => undefined,
);

test.each(samples.filter(tried))(
  '%s: the link beside «%s» is scanned or left out, and all is whole',
  async (shape, name) => {
    await open(shapes[shape]!);
    const { layout, fields } = await layoutCase(`${name}, sample`, director);
    for (const [id, link] of Object.entries(links)) {
      const content: NoticeContent = { type: 'layout', layout, fields: fields as Record<string, string>, link };
      await director.present(id, noticeScene(content), { durationMs, nowMs, paused: true });
      expect((await page.evaluate(inspect)).problems).toEqual([]);
      // A strip has no room for a code that could be read: there is none, and the content has all of the glass.
      expect(await scanned(await page.screenshot())).toBe(shape === '192×96' ? null : link);
      const beside = await page.locator('.seen').evaluate((seen) => seen.clientWidth * seen.clientHeight);
      const { width, height } = shapes[shape]!;
      if (shape === '192×96') expect(beside).toBe(width * height);
      else expect(beside).toBeGreaterThanOrEqual(width * height * 0.75);
    }
  },
);

test.each(Object.keys(shapes))('%s: a link beside a picture covers nothing of it', async (shape) => {
  await open(shapes[shape]!);
  const red = sharp({ create: { width: 1600, height: 900, channels: 3, background: '#ff0000' } });
  const asset = director.addAsset(await red.png().toBuffer(), 'image/png');
  const content: NoticeContent = { type: 'image', asset, alt: '', fit: 'cover', link: links.short };
  await director.present('picture', noticeScene(content), { durationMs, nowMs, paused: true });
  expect(await scanned(await page.screenshot())).toBe(shape === '192×96' ? null : links.short);
  const { seen, strip } = await page.evaluate(() => ({
    seen: document.querySelector('.seen')!.getBoundingClientRect().toJSON() as DOMRect,
    strip: document.querySelector('[data-link]')?.getBoundingClientRect().toJSON() as DOMRect | undefined,
  }));
  if (strip) expect(seen.right <= strip.left || seen.bottom <= strip.top).toBe(true);
});
