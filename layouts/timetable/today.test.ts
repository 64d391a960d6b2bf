import { expect, test } from 'vitest';
import { isToday } from './today.ts';

const saturday = { date: '21/11/2026', weekday: 'Thứ Bảy' };
const sunday = { date: '22/11/2026', weekday: 'Chủ Nhật' };

test.each([
  'Thứ Bảy',
  'thứ 7',
  'T7',
  'Sáng thứ bảy',
  'Thứ Tư, thứ Bảy',
  'Thứ Sáu – Chủ nhật',
  'T6-CN',
  'Thứ 6 đến thứ 2',
  'Hằng ngày',
  '21/11',
  '21/11/2026',
  'Thứ Bảy 21/11',
  '20/11 – 25/11',
  'Từ 16/11/2026 đến hết 22/11/2026',
])('«%s» is this Saturday', (cell) => {
  expect(isToday(cell, saturday)).toBe(true);
  expect(isToday(cell.normalize('NFD'), saturday)).toBe(true);
});

test.each([
  'Thứ Hai',
  'T2–T6',
  'Thứ Hai đến thứ Sáu',
  '22/11',
  '21/11/2025',
  'Thứ Bảy 14/11',
  '7:30',
  'Thứ Hai, thứ Sáu',
  'CN',
  'AT7',
  '',
  'Ngày 7',
])('«%s» is not', (cell) => {
  expect(isToday(cell, saturday)).toBe(false);
});

test('Sundays are written in several ways', () => {
  expect(['Chủ nhật', 'CN', 'Chủ Nhật 22/11', 'T7 – CN'].map((cell) => isToday(cell, sunday))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(isToday('T2 – T7', sunday)).toBe(false);
});
