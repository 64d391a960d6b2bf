import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageAt, pageOfAlert, paginate, type Line } from './paging.ts';

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

const hourMs = 3_600_000;
const times = [4_000, 6_000, 5_000, 9_000];

test('the pages of an alert come round as fast as they are read, however long it lasts', () => {
  const at = (seconds: number) => pageOfAlert(seconds * 1_000, 6 * hourMs, times, null);
  expect([0, 3.9, 4, 9.9, 10, 14.9, 15, 23.9, 24, 28, 24_000 + 15].map(at)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 0, 1, 3]);
  expect(pageOfAlert(5 * hourMs, 6 * hourMs, [4_000], null)).toBe(0);
});

test('an alert that is over before all its pages are read shows each of them for its share', () => {
  expect([0, 1_999, 2_000, 5_000, 11_999].map((at) => pageOfAlert(at, 12_000, times, null))).toEqual([0, 0, 1, 2, 3]);
});

test('an alert that shares time with equals shows whole pages in each turn, and the next ones in its next', () => {
  const seen = (turn: number) => [0, 3_999, 4_001, 10_500, 14_999].map((at) => pageOfAlert(at, 15_000, times, turn));
  expect(seen(0)).toEqual([0, 0, 1, 2, 2]);
  expect(seen(1)).toEqual([3, 3, 3, 3, 3]);
  expect(seen(2)).toEqual(seen(0));
  // Few pages come round in every turn, each the same whole number of times.
  expect([0, 3_749, 3_750, 7_500, 11_250].map((at) => pageOfAlert(at, 15_000, [3_000, 3_000], 5))).toEqual([
    0, 0, 1, 0, 1,
  ]);
  // A page that takes longer than a turn has one to itself.
  expect([0, 1, 2, 3].map((turn) => pageOfAlert(14_000, 15_000, [5_000, 40_000, 6_000], turn))).toEqual([0, 1, 2, 0]);
});

test('no page of an alert is left out or hurried, alone or beside equals', () => {
  const pages = fc.array(fc.integer({ min: 4_000, max: 15_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(pages, (needed) => {
      const sum = needed.reduce((total, time) => total + time, 0);
      const starts = needed.map((_, page) => needed.slice(0, page).reduce((total, time) => total + time, 0));
      for (const [page, start] of starts.entries()) {
        expect(pageOfAlert(sum + start + 1, 100 * sum, needed, null)).toBe(page);
        expect(pageOfAlert(sum + start + needed[page]! - 1, 100 * sum, needed, null)).toBe(page);
      }
      const on = needed.map(() => 0);
      let turn = 0;
      do {
        for (let at = 0; at < 15_000; at += 10) on[pageOfAlert(at, 15_000, needed, turn)]! += 10;
        turn += 1;
      } while (pageOfAlert(0, 15_000, needed, turn) !== 0);
      for (const [page, time] of needed.entries()) expect(on[page]).toBeGreaterThanOrEqual(time - 10);
    }),
  );
});
