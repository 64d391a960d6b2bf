import { expect, it } from 'vitest';
import { overwriteGetLocale } from '../paraglide/runtime.js';
import { dayWords } from './words.ts';

it('days are written as officials write them', () => {
  overwriteGetLocale(() => 'vi');
  expect(dayWords(Date.UTC(2026, 10, 22, 5))).toBe('Chủ nhật 22/11/2026');
  expect(dayWords(Date.UTC(2026, 10, 23, 5))).toBe('Thứ Hai 23/11/2026');
  overwriteGetLocale(() => 'en');
  expect(dayWords(Date.UTC(2026, 10, 22, 5))).toBe('Sunday 22/11/2026');
});
