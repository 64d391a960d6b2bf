import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberWords, parseNumber, writingOf } from './number.ts';

test.each([
  ['1.234,5', 1234.5],
  ['1.250.000', 1_250_000],
  ['1.250', 1250],
  ['12,5', 12.5],
  ['1,234', 1.234],
  ['1,234.5', 1234.5],
  ['1,234,567', 1_234_567],
  ['98.5', 98.5],
  ['98,2 %', 98.2],
  ['1 234,5', 1234.5],
  ['1\u00a0234', 1234],
  ['-3', -3],
  ['−3,5', -3.5],
  ['0', 0],
  ['１２', 12],
  ['0.125', 0.125],
  ['0.875%', 0.875],
  ['-0.500', -0.5],
  ['0,125', 0.125],
])('«%s» is %d', (text, number) => {
  expect(parseNumber(text)).toBe(number);
});

test.each([
  '',
  ' ',
  'chưa có',
  '12 hộ',
  '1.2.3',
  '1,2,3',
  '12,',
  ',5',
  '1.234.56',
  '0.125.000',
  '0,125,000',
  '--1',
  '1e5',
  'Infinity',
  '٣',
])('«%s» is no number', (text) => {
  expect(parseNumber(text)).toBeNull();
});

test('what is written is read again', () => {
  expect([0, 1234.5, -1_250_000, 98.25, -0.001].map((n) => numberWords(n))).toEqual([
    '0',
    '1.234,5',
    '−1.250.000',
    '98,25',
    '0',
  ]);
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (hundredths) => {
      expect(parseNumber(numberWords(hundredths / 100))).toBeCloseTo(hundredths / 100, 2);
    }),
  );
});

test('which decimal sign was meant is told where the number tells', () => {
  const all = (...texts: string[]) => texts.map(writingOf);
  expect(new Set(all('12,5', '0,125', '1.250.000', '1.234,5', '1,2500', '1 250,125', '−3,5%'))).toEqual(
    new Set(['comma']),
  );
  expect(new Set(all('98.5', '0.125', '1,250,000', '1,234.5', '1.2500', '1250.125', '-0.500'))).toEqual(
    new Set(['point']),
  );
  expect(new Set(all('1,250', '1.250', '-12,500', '125.000%'))).toEqual(new Set(['either']));
  expect(new Set(all('1250', '0', '1 250', '98%'))).toEqual(new Set(['none']));
  expect(new Set(all('', 'nhiều', '1.2.3'))).toEqual(new Set([null]));
});
