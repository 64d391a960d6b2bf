import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageAt, paginate, type Line } from './paging.ts';

/** Paragraphs of so many lines each, 10 px a line, 5 px between paragraphs. */
function flow(...paragraphs: number[]): Line[] {
  const lines: Line[] = [];
  let top = 0;
  for (const count of paragraphs) {
    for (let i = 0; i < count; i += 1, top += 10) lines.push({ top, bottom: top + 10, first: i === 0 });
    top += 5;
  }
  return lines;
}

/** The fewest pages: fill each to the brim. */
function fewest(lines: readonly Line[], height: number): number {
  let count = 0;
  let top = -Infinity;
  for (const line of lines) {
    if (count > 0 && line.bottom - top <= height) continue;
    count += 1;
    top = line.top;
  }
  return count;
}

test('text that fits is one page', () => {
  expect(paginate(flow(2, 1), 35)).toEqual([{ top: 0, bottom: 35 }]);
  expect(paginate([], 100)).toEqual([]);
});

test('pages are as even as the lines allow', () => {
  // Nine lines into pages of eight would leave one lonely line.
  expect(paginate(flow(9), 80)).toHaveLength(2);
  expect(paginate(flow(9), 80)[1]?.bottom).toBe(90);
  expect(paginate(flow(9), 80)[1]?.top).toBeGreaterThanOrEqual(40);
  expect(paginate(flow(9), 80)[1]?.top).toBeLessThanOrEqual(50);
});

test('the page is turned between paragraphs where that costs no page', () => {
  // Evenness alone would split the second paragraph.
  expect(paginate(flow(2, 4), 45)).toEqual([
    { top: 0, bottom: 20 },
    { top: 25, bottom: 65 },
  ]);
});

test('a page does not begin with the gap between paragraphs', () => {
  expect(paginate(flow(2, 2), 20)).toEqual([
    { top: 0, bottom: 20 },
    { top: 25, bottom: 45 },
  ]);
});

test('a line higher than the page is still shown', () => {
  expect(paginate(flow(2), 4)).toHaveLength(2);
});

test('every line is whole on exactly one page, no page is too high, and there are no more pages than needed', () => {
  const paragraphs = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(paragraphs, fc.integer({ min: 10, max: 400 }), (counts, height) => {
      const lines = flow(...counts);
      const pages = paginate(lines, height);
      expect(pages).toHaveLength(fewest(lines, height));
      for (const page of pages) expect(page.bottom - page.top).toBeLessThanOrEqual(height);
      for (const line of lines) {
        expect(pages.filter((page) => line.top >= page.top && line.bottom <= page.bottom)).toHaveLength(1);
        expect(pages.filter((page) => line.top < page.bottom && line.bottom > page.top)).toHaveLength(1);
      }
    }),
  );
});

test('the page follows from the offset alone', () => {
  expect([0, 3333, 3334, 6667, 9999].map((at) => pageAt(at, 10_000, 3))).toEqual([0, 0, 1, 2, 2]);
});

test('a slot that runs over stays on its last page', () => {
  expect(pageAt(10_000, 10_000, 3)).toBe(2);
  expect(pageAt(99_999, 10_000, 3)).toBe(2);
  expect(pageAt(-5, 10_000, 3)).toBe(0);
  expect(pageAt(5, 0, 3)).toBe(0);
});
