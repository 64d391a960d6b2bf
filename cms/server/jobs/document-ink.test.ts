import { expect, it } from 'vitest';
import { inkOf } from './document-ink.ts';

const width = 100;
/** A page of 100 rows. @param ink which pixels are dark */
const page = (paper: number, ink: (x: number, y: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: width * 100 }, (_, at) => (ink(at % width, Math.floor(at / width)) ? 40 : paper));

it('counts the rows in which something stands, on white paper and on grey', () => {
  const lines = (x: number, y: number): boolean => x > 10 && x < 60 && y >= 20 && y < 45;
  expect(inkOf(page(255, lines), width)).toEqual({ filled: 0.25, until: 0.45 });
  expect(inkOf(page(215, lines), width)).toEqual({ filled: 0.25, until: 0.45 });
  const empty = page(255, () => false);
  expect(inkOf(empty, width)).toEqual({ filled: 0, until: 0 });
});

it('counts neither specks nor the shadow of a scanner', () => {
  const dirty = page(240, (x, y) => x < 2 || (x === 50 && y % 7 === 0));
  expect(inkOf(dirty, width)).toEqual({ filled: 0, until: 0 });
});
