import { expect, it } from 'vitest';
import { isAllDark, shownDark } from './dark.ts';

const dark = (boards: number, start: number, end: number) => ({
  zone: 'Asia/Ho_Chi_Minh',
  boards,
  spans: [{ start, end }],
});

it('boards with many different hours are counted, not listed', () => {
  const kinds = [9, 7, 5, 3, 2, 1].map((boards) => dark(boards, 0, boards));
  expect(shownDark(kinds)).toEqual({ shown: kinds.slice(0, 4), more: 3 });
  expect(shownDark(kinds.slice(0, 4)).more).toBe(0);
});

it('nobody sees what is in the dark for all of its time', () => {
  expect(
    isAllDark(dark(1, 2, 9), [
      { start: 3, end: 4 },
      { start: 6, end: 9 },
    ]),
  ).toBe(true);
  expect(isAllDark(dark(1, 2, 8), [{ start: 6, end: 9 }])).toBe(false);
});
