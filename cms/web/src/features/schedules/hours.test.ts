import { expect, it } from 'vitest';
import { lengthFrom } from './hours.ts';

const at = (hour: number, minute = 0): number => hour * 60 + minute;
const morning = { start: at(6), length: 60 };
const night = { start: at(22), length: at(7) };

it('keeps the end while it lies behind the beginning, and the length once it does not', () => {
  expect(lengthFrom(at(6, 30), morning)).toBe(30);
  expect(lengthFrom(at(5), morning)).toBe(120);
  expect(lengthFrom(at(7), morning)).toBe(60);
  expect(lengthFrom(at(17), morning)).toBe(60);
});

it('leaves hours over midnight where they end', () => {
  expect(lengthFrom(at(23), night)).toBe(at(6));
  expect(lengthFrom(at(20), night)).toBe(at(9));
  // From a beginning after midnight it is on the same day.
  expect(lengthFrom(at(4), night)).toBe(at(1));
  expect(lengthFrom(at(5), { start: at(6), length: at(24) })).toBe(at(24));
});
