import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageAt, paginate, type Line } from './paging.ts';

/** Paragraphs of so many lines each, 10 px a line, 5 px between paragraphs. */
function flow(...paragraphs: number[]): Line[] {
  const lines: Line[] = [];
  let top = 0;
  for (const count of paragraphs) {
    for (let i = 0; i < count; i += 1, top += 10) lines.push({ top, bottom: top + 10 });
    top += 5;
  }
  return lines;
}

test('text that fits is one page', () => {
  expect(paginate(flow(2, 1), 35)).toEqual([{ top: 0, bottom: 35 }]);
  expect(paginate([], 100)).toEqual([]);
});

test('pages are as even as the lines allow', () => {
  // Nine lines into pages of eight would leave one lonely line.
  expect(paginate(flow(9), 80)).toEqual([
    { top: 0, bottom: 50 },
    { top: 50, bottom: 90 },
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

test('every line is on exactly one page, whole, and no page is too high', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 10, max: 400 }),
      (paragraphs, height) => {
        const lines = flow(...paragraphs);
        const pages = paginate(lines, height);
        for (const page of pages) expect(page.bottom - page.top).toBeLessThanOrEqual(height);
        for (const line of lines) {
          expect(pages.filter((page) => line.top >= page.top && line.bottom <= page.bottom)).toHaveLength(1);
          expect(pages.filter((page) => line.top < page.bottom && line.bottom > page.top)).toHaveLength(1);
        }
      },
    ),
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
