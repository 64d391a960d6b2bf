import { expect, test } from 'vitest';
import { standsBeside } from './arrange.ts';

test('a caption stands beside an upright picture on wide glass, else below', () => {
  const wide = { width: 1920, height: 1080 };
  expect(standsBeside({ width: 900, height: 1600 }, wide)).toBe(true);
  expect(standsBeside({ width: 1000, height: 1000 }, wide)).toBe(true);
  expect(standsBeside({ width: 1600, height: 900 }, wide)).toBe(false);
  expect(standsBeside({ width: 900, height: 1600 }, { width: 1080, height: 1920 })).toBe(false);
  expect(standsBeside({ width: 4000, height: 3000 }, { width: 640, height: 320 })).toBe(true);
});
