import { expect, test } from 'vitest';
import { dayName, lunarDateOf, yearName } from './lunar-date.ts';

const lunar = (date: string) => {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return lunarDateOf(year, month, day);
};
const eachDay = function* (from: number, to: number) {
  for (let at = Date.UTC(from, 0, 1); at < Date.UTC(to, 0, 1); at += 86_400_000) {
    const date = new Date(at);
    yield [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()] as const;
  }
};

/** First day of the lunar year as published for Vietnam. */
const TET = [
  ...['1968-01-29', '1969-02-16', '1975-02-11', '1985-01-21', '1986-02-09', '1995-01-31'],
  ...['2000-02-05', '2001-01-24', '2002-02-12', '2003-02-01', '2004-01-22', '2005-02-09', '2006-01-29', '2007-02-17'],
  ...['2008-02-07', '2009-01-26', '2010-02-14', '2011-02-03', '2012-01-23', '2013-02-10', '2014-01-31', '2015-02-19'],
  ...['2016-02-08', '2017-01-28', '2018-02-16', '2019-02-05', '2020-01-25', '2021-02-12', '2022-02-01', '2023-01-22'],
  ...['2024-02-10', '2025-01-29', '2026-02-17', '2027-02-06', '2028-01-26', '2029-02-13', '2030-02-02', '2053-02-18'],
];

test.each(TET)('%s is the first day of Tết', (date) => {
  expect(lunar(date)).toEqual({ year: Number(date.slice(0, 4)), month: 1, day: 1, leap: false });
});

test('leap months are those of the published calendar', () => {
  const leaps: string[] = [];
  for (const date of eachDay(1984, 2040)) {
    const { year, month, day, leap } = lunarDateOf(...date);
    if (leap && day === 1) leaps.push(`${year}/${month}`);
  }
  expect(leaps).toEqual(
    (
      '1985/2 1987/7 1990/5 1993/3 1995/8 1998/5 2001/4 2004/2 2006/7 2009/5 2012/4 2014/9 2017/6 2020/4 2023/2 2025/6 ' +
      '2028/5 2031/3 2033/11 2036/6 2039/5'
    ).split(' '),
  );
});

test.each([
  ['2026-11-21', { year: 2026, month: 10, day: 13, leap: false }],
  // Giỗ Tổ Hùng Vương, 10 tháng Ba.
  ['2025-04-07', { year: 2025, month: 3, day: 10, leap: false }],
  // Tết Trung thu.
  ['2025-10-06', { year: 2025, month: 8, day: 15, leap: false }],
  ['2025-07-25', { year: 2025, month: 6, day: 1, leap: true }],
  ['2026-02-16', { year: 2025, month: 12, day: 29, leap: false }],
  ['2025-01-01', { year: 2024, month: 12, day: 2, leap: false }],
])('%s', (date, expected) => {
  expect(lunar(date)).toEqual(expected);
});

test('days follow one another, months have 29 or 30 of them, years 12 or 13 months', () => {
  let before = lunarDateOf(1967, 12, 31);
  let months = 0;
  for (const date of eachDay(1968, 2054)) {
    const today = lunarDateOf(...date);
    if (today.day === 1) {
      expect([29, 30]).toContain(before.day);
      months += 1;
      if (today.month === 1 && !today.leap) {
        expect(today.year).toBe(before.year + 1);
        expect(before.month).toBe(12);
        if (today.year > 1969) expect([12, 13]).toContain(months);
        months = 0;
      } else if (today.leap) expect(today.month).toBe(before.month);
      else expect(today.month).toBe(before.month + 1);
    } else expect(today).toEqual({ ...before, day: before.day + 1 });
    before = today;
  }
});

test('years and days have their names', () => {
  expect([1984, 2000, 2024, 2025, 2026].map(yearName)).toEqual([
    'Giáp Tý',
    'Canh Thìn',
    'Giáp Thìn',
    'Ất Tỵ',
    'Bính Ngọ',
  ]);
  expect(dayName(2000, 1, 1)).toBe('Mậu Ngọ');
  expect(dayName(2000, 1, 7)).toBe('Giáp Tý');
});
