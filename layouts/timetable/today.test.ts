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

const on = (date: string, weekday: string, cells: string[]) => cells.filter((cell) => isToday(cell, { date, weekday }));

test('a span may share its month, or go on into the next month or year', () => {
  const shared = ['21-25/11', '21 – 25/11/2026', 'Từ 21 đến hết ngày 25/11', 'Tuần 21-25.11', '28/10-3/12', '20-2/12'];
  expect(on('23/11/2026', 'Thứ Hai', shared)).toEqual(shared);
  expect(on('26/11/2026', 'Thứ Năm', shared)).toEqual(['28/10-3/12', '20-2/12']);
  expect(on('23/11/2025', 'Chủ Nhật', ['21 – 25/11/2026'])).toEqual([]);
  const turning = ['30/12 – 3/1', '30/12/2026 – 3/1/2027', '30/12 – 3/1/2027', '30/12/2026 đến 3/1', '30-3/1/2027'];
  for (const [date, weekday] of [
    ['30/12/2026', 'Thứ Tư'],
    ['31/12/2026', 'Thứ Năm'],
    ['02/01/2027', 'Thứ Bảy'],
    ['03/01/2027', 'Chủ Nhật'],
  ] as const)
    expect(on(date, weekday, turning)).toEqual(turning);
  expect(on('29/12/2026', 'Thứ Ba', turning)).toEqual([]);
  expect(on('04/01/2027', 'Thứ Hai', turning)).toEqual([]);
  expect(on('31/12/2027', 'Thứ Sáu', turning)).toEqual(['30/12 – 3/1']);
});

test('dates are written with other signs, too; a time is none', () => {
  const cells = ['21-11-2026', '21.11', '21.11.2026', '21/11/26', 'T7, 21.11: 7.30', '7:30 21/11'];
  expect(on('21/11/2026', 'Thứ Bảy', cells)).toEqual(cells);
  expect(on('21/11/2025', 'Thứ Sáu', cells)).toEqual(['21.11', 'T7, 21.11: 7.30', '7:30 21/11']);
  // Not a date, so the day counts.
  expect(on('21/11/2026', 'Thứ Bảy', ['Thứ Bảy, 7.30', '7.30 – 9.30'])).toEqual(['Thứ Bảy, 7.30']);
  expect(on('07/10/2026', 'Thứ Tư', ['7.10 giờ', '17.10', '1.7.10.3'])).toEqual([]);
});

test('days after the first do without «thứ»; an hour is no day', () => {
  const cells = [
    'Thứ 2 đến 6',
    'Thứ 2 - 6',
    'T2-6',
    'thứ hai đến sáu',
    'Thứ 2, 4, 6',
    'Thứ 2-4-6 hằng tuần',
    'Thứ Hai, Tư và Sáu (sáng)',
    'Thứ 2, 7 giờ',
    'Thứ 2, 7h30',
    'Thứ 2 - 7:30',
    'Thứ 2, 7 - 9h',
  ];
  expect(on('23/11/2026', 'Thứ Hai', cells)).toEqual(cells);
  expect(on('24/11/2026', 'Thứ Ba', cells)).toEqual(cells.slice(0, 4));
  expect(on('25/11/2026', 'Thứ Tư', cells)).toEqual(cells.slice(0, 7));
  expect(on('28/11/2026', 'Thứ Bảy', cells)).toEqual([]);
});

test('the second of something is no Monday, and a number no date', () => {
  const ordinals = [
    'Tuần thứ hai của tháng',
    'Tuần thứ 2 và thứ 3 hằng tháng',
    'Tổ thứ 2',
    'Lần thứ hai',
    'Ca thứ hai',
  ];
  expect(on('23/11/2026', 'Thứ Hai', ordinals)).toEqual([]);
  expect(on('24/11/2026', 'Thứ Ba', [...ordinals, 'Đợt thứ ba', 'Kỳ thứ 3'])).toEqual([]);
  const weekly = ['Hằng tuần thứ Hai', 'Thứ Hai hằng tuần', 'Đợt thứ ba: thứ Hai', 'Tổ 3: Thứ 2', 'Sáng thứ hai'];
  expect(on('23/11/2026', 'Thứ Hai', weekly)).toEqual(weekly);
  expect(on('01/02/2027', 'Thứ Hai', ['Tổ 1/2', 'Tổ 1', 'Đợt 1/2', 'Ca 1/2', 'Số 1.2', 'Lớp 1/2 và 2/2'])).toEqual([]);
  const dated = [
    'Tổ 3, 1/2',
    'Ca 1 1/2',
    'Đợt 1: 1/2',
    'Đợt 1/2/2027',
    'Đợt 30/1 – 3/2',
    'Tuần 1/2 – 7/2',
    'Tổ 1/2: thứ Hai',
  ];
  expect(on('01/02/2027', 'Thứ Hai', dated)).toEqual(dated);
});
