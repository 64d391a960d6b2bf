import { expect, test } from 'vitest';
import { columnShares, pageRows } from './columns.ts';

test('columns are as wide as their longest word needs, wider for long texts', () => {
  const [day = 0, name = 0, hour = 0] = columnShares(
    [
      ['Ngày', 'Người trực', 'Giờ'],
      ['Thứ Hai', 'Ông Nguyễn Văn An và bà Trần Thị Bình', '7:30'],
    ],
    4,
  );
  expect(name).toBeGreaterThan(day);
  expect(day).toBeGreaterThanOrEqual(hour);
});

test('rows are divided into even pages where they fit, whole rows only', () => {
  expect(pageRows([10, 10, 10, 10], 100)).toEqual([[0, 1, 2, 3]]);
  expect(pageRows([10, 10, 10, 10], 30)).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(pageRows([10, 10, 10, 25], 30)).toEqual([[0, 1, 2], [3]]);
  expect(pageRows([50, 10], 30)).toEqual([[0], [1]]);
});
