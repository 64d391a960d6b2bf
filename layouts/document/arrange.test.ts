import { expect, test } from 'vitest';
import { partsOf } from './arrange.ts';

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
