import { expect, test } from 'vitest';
import { countUpTo, countWords, mostWordsRead, pageTimeMs, readingTimeMs } from './reading-time.ts';

test('syllables and figures count as words, marks and signs do not', () => {
  expect(countWords('Ủy ban nhân dân xã thông báo', 'ngày 15/9, lúc 07:30')).toBe(11);
  expect(countWords('Giá điện: 1.984,9 đồng/kWh – tăng')).toBe(5);
  expect(countWords('', '—', '…')).toBe(0);
});

test('a text counts the same in NFC and NFD', () => {
  const text = 'Phòng, chống lũ quét và sạt lở đất';
  expect(countWords(text.normalize('NFD'))).toBe(countWords(text));
  expect(countWords(text)).toBe(8);
});

test('no text stays under 8 or over 60 seconds', () => {
  expect(readingTimeMs(0)).toBe(8_000);
  expect(readingTimeMs(30)).toBe(15_000);
  expect(readingTimeMs(31)).toBe(16_000);
  expect(readingTimeMs(5_000)).toBe(60_000);
});

test('words are counted as far as they make a text stay longer', () => {
  expect(countUpTo(2, 'một hai ba')).toBe(2);
  expect(countUpTo(5, 'một hai ba')).toBe(3);
  expect(countUpTo(0, 'một')).toBe(0);
  for (const words of [100, mostWordsRead - 1, mostWordsRead, mostWordsRead + 1, 500])
    expect(readingTimeMs(countUpTo(mostWordsRead, 'từ '.repeat(words)))).toBe(readingTimeMs(words));
});

test('a page of an alert stays as long as it takes to read, and never flashes by', () => {
  expect(pageTimeMs(0)).toBe(4_000);
  expect(pageTimeMs(20)).toBe(9_500);
  expect(pageTimeMs(200)).toBe(81_500);
});
