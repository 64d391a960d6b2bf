import { expect, it } from 'vitest';
import { filledShare } from './document-ink.ts';

const width = 100;
/** A page of 100 rows. @param ink which pixels are dark */
const page = (paper: number, ink: (x: number, y: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: width * 100 }, (_, at) => (ink(at % width, Math.floor(at / width)) ? 40 : paper));

it('counts the rows in which something stands, on white paper and on grey', () => {
  const lines = (x: number, y: number): boolean => x > 10 && x < 60 && y >= 20 && y < 45;
  expect(filledShare(page(255, lines), width)).toBe(0.25);
  expect(filledShare(page(215, lines), width)).toBe(0.25);
  expect(
    filledShare(
      page(255, () => false),
      width,
    ),
  ).toBe(0);
});

it('counts neither specks nor the shadow of a scanner', () => {
  expect(
    filledShare(
      page(240, (x, y) => x < 2 || (x === 50 && y % 7 === 0)),
      width,
    ),
  ).toBe(0);
});

it('of a page that is all ink, as of a photograph, is not asked for more than its paper', () => {
  const half = (x: number, y: number): boolean => y < 40;
  expect(filledShare(page(255, half), width)).toBe(0.4);
});
