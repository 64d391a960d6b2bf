import { expect, test } from 'vitest';
import { lunarWords } from './lunar-words.ts';

test.each([
  ['17/02/2026', 'mùng 1 tháng Giêng năm Bính Ngọ', '1/1', true],
  ['21/11/2026', '13 tháng Mười năm Bính Ngọ', '13/10', false],
  ['06/10/2025', 'rằm tháng Tám năm Ất Tỵ', '15/8', true],
  ['25/07/2025', 'mùng 1 tháng Sáu nhuận năm Ất Tỵ', '1/6N', true],
  ['05/02/2027', '29 tháng Chạp năm Bính Ngọ', '29/12', false],
])('%s is %s', (date, words, short, special) => {
  const lunar = lunarWords(date);
  expect([lunar.day, lunar.month, lunar.year].join(' ')).toBe(words);
  expect(lunar).toMatchObject({ short, special });
});
