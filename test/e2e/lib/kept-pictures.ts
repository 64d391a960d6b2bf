/**
 * Pictures of the layouts as they were looked at and found good, kept to compare against. `KEEP_PICTURES=1` keeps what is shown now.
 *
 * Compared is how bright and coloured squares of a few px are on average: another Chromium draws the edges of letters otherwise, and
 * their squares hardly change; a line that moved, vanished or is cut changes many of them.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const repo = join(import.meta.dirname, '../../..');
const kept = join(repo, 'test/e2e/layout-pictures');
const failures = join(repo, 'test-results/layout-pictures');

/** Longest side of one page in a kept picture, px. */
const mostPx = 320;
/** Side of a square, px of a kept picture. */
const squarePx = 4;
/** By how much the mean of one square may differ in one colour, of 255. */
const tolerance = 24;
/** So many squares may differ more. */
const strays = 2;

/** One small picture of all pages, the first on top. */
export async function sheetOf(pages: readonly Buffer[]): Promise<Buffer> {
  const small = await Promise.all(
    pages.map((page) =>
      sharp(page)
        .removeAlpha()
        .resize({ width: mostPx, height: mostPx, fit: 'inside', withoutEnlargement: true })
        .png()
        .toBuffer(),
    ),
  );
  const sheet = small.length === 1 ? sharp(small[0]) : sharp(small, { join: { across: 1 } });
  return sheet.webp({ lossless: true, effort: 6 }).toBuffer();
}

interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

async function pixelsOf(picture: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** The mean colours of a picture's squares. */
const squaresOf = async (picture: Buffer): Promise<Pixels> => {
  const { width = 0, height = 0 } = await sharp(picture).metadata();
  const [across, down] = [Math.ceil(width / squarePx), Math.ceil(height / squarePx)];
  return pixelsOf(
    await sharp(picture).removeAlpha().resize(across, down, { fit: 'fill', kernel: 'linear' }).png().toBuffer(),
  );
};

export const looksAlike = async (one: Buffer, other: Buffer): Promise<boolean> =>
  (await squaresThatDiffer(one, other)) <= strays;

/** How many squares of two pictures differ; all of them when their sizes do. */
async function squaresThatDiffer(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([squaresOf(one), squaresOf(other)]);
  if (a.width !== b.width || a.height !== b.height) return Math.max(a.width * a.height, b.width * b.height);
  let count = 0;
  for (let at = 0; at < a.data.length; at += 3)
    if ([0, 1, 2].some((colour) => Math.abs(a.data[at + colour]! - b.data[at + colour]!) > tolerance)) count += 1;
  return count;
}

/** Null when a layout looks as it did, else a sentence; then the kept picture, the one of now and their difference are written down. */
export async function changeOfLook(name: string, pages: readonly Buffer[]): Promise<string | null> {
  const file = join(kept, `${name}.webp`);
  const now = await sheetOf(pages);
  const before = existsSync(file) ? await readFile(file) : null;
  const differing = before && (await squaresThatDiffer(before, now));
  if (differing !== null && differing <= strays) return null;
  if (process.env.KEEP_PICTURES === '1') {
    await mkdir(kept, { recursive: true });
    await writeFile(file, now);
    return null;
  }
  const remake = 'KEEP_PICTURES=1 npx vitest run --project e2e test/e2e/layouts.test.ts -t sample';
  if (before === null) return `No picture of «${name}» is kept; look at it and keep one: ${remake}`;
  await mkdir(failures, { recursive: true });
  const written = { before, now, difference: await differenceOf(before, now) };
  for (const [which, picture] of Object.entries(written))
    await sharp(picture)
      .png()
      .toFile(join(failures, `${name} ${which}.png`));
  return `«${name}» looks different in ${differing} squares: see test-results/layout-pictures. If it is meant: ${remake}`;
}

/** What is alike is black. */
async function differenceOf(one: Buffer, other: Buffer): Promise<Buffer> {
  const { width = 0, height = 0 } = await sharp(one).metadata();
  const canvas = await sharp(other).resize(width, height, { fit: 'fill' }).png().toBuffer();
  return sharp(one)
    .composite([{ input: canvas, blend: 'difference' }])
    .png()
    .toBuffer();
}
