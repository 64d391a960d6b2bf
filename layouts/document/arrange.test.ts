import { expect, test } from 'vitest';
import { drawnHeight, partsOf } from './arrange.ts';

const a4 = { width: 1526, height: 2160 };

test('pages are shown one after the other', () => {
  expect(partsOf([a4, undefined], { width: 1920, height: 1080 }, false)).toEqual([
    { page: 0, down: 0 },
    { page: 1, down: 0 },
  ]);
});

test('as wide as the glass, a page comes in parts from its head to its foot', () => {
  const parts = partsOf([a4, a4], { width: 1920, height: 1080 }, true);
  expect(parts.map(({ page }) => page)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(parts.slice(0, 3).map(({ down }) => down)).toEqual([0, 0.5, 1]);
});

test('on upright glass a whole page is as wide as the glass', () => {
  expect(partsOf([a4], { width: 1080, height: 1920 }, true)).toEqual([{ page: 0, down: 0 }]);
});

test('a page is as high as the glass beside the words, and higher when it comes in parts', () => {
  const wide = { width: 1920, height: 1080 };
  expect(drawnHeight(a4, wide, false)).toBeCloseTo(1080);
  expect(drawnHeight(a4, wide, true)).toBeCloseTo((1920 * 2160) / 1526);
});

test('a page leaves the words some room below it', () => {
  expect(drawnHeight(a4, { width: 1080, height: 1920 }, false)).toBeCloseTo((1080 * 2160) / 1526);
  expect(drawnHeight(a4, { width: 1080, height: 1400 }, false)).toBeCloseTo(1400 - 1080 * 0.36);
});

test('on a strip a page has all of the glass', () => {
  expect(drawnHeight(a4, { width: 192, height: 96 }, false)).toBeCloseTo(96);
});
