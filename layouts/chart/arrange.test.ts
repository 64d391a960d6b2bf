import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shapeOf } from '../parts/shape.ts';
import { formOf, pagesOf, rowsPerPage, spread } from './arrange.ts';

const wide = shapeOf(1920, 1080);
const tall = shapeOf(1080, 1920);
const led = shapeOf(640, 320);
const strip = shapeOf(192, 96);

test('few columns stand side by side on fine wide glass; else there are bars, and a figure a page on a strip', () => {
  expect(formOf('columns', 5, 2, wide)).toBe('columns');
  expect(formOf('columns', 12, 3, wide)).toBe('bars');
  expect(formOf('columns', 5, 2, tall)).toBe('bars');
  expect(formOf('columns', 5, 1, led)).toBe('bars');
  expect(formOf('shares', 5, 1, strip)).toBe('single');
  expect(formOf('lines', 12, 2, strip)).toBe('lines');
  // One point is no line.
  expect(formOf('lines', 1, 1, wide)).toBe('bars');
});

test('every row is on one page, and pages are even', () => {
  expect(pagesOf(7, 6)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6],
  ]);
  expect(pagesOf(12, rowsPerPage('lines', 2, led))).toHaveLength(1);
  for (const shape of [wide, tall, led, strip]) {
    for (let rows = 1; rows <= 12; rows += 1) {
      for (const series of [1, 2, 3]) {
        const pages = pagesOf(rows, rowsPerPage('bars', series, shape));
        expect(pages.flat()).toEqual(Array.from({ length: rows }, (_, index) => index));
        const lengths = pages.map((page) => page.length);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      }
    }
  }
});

test('labels at the end of lines keep apart', () => {
  expect(spread([0.5, 0.52, 0.1], 0.1)).toEqual([0.5, 0.6, 0.1]);
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 }), (wanted) => {
      const found = spread(wanted, 0.2);
      const sorted = [...found].sort((a, b) => a - b);
      for (const [index, at] of sorted.entries()) {
        expect(at).toBeGreaterThanOrEqual(-1e-9);
        expect(at).toBeLessThanOrEqual(1 + 1e-9);
        if (index > 0) expect(at - sorted[index - 1]!).toBeGreaterThanOrEqual(0.2 - 1e-9);
      }
    }),
  );
});
