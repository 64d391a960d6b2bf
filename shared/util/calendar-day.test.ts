import { expect, it } from 'vitest';
import { isCalendarDay } from './calendar-day.ts';

it('knows the days of each month, and no year that Date takes for another', () => {
  expect(isCalendarDay(2028, 2, 29)).toBe(true);
  expect(isCalendarDay(2026, 2, 29)).toBe(false);
  expect(isCalendarDay(2026, 4, 31)).toBe(false);
  expect(isCalendarDay(2026, 13, 1)).toBe(false);
  expect(isCalendarDay(96, 2, 29)).toBe(false);
  expect(isCalendarDay(0, 1, 1)).toBe(false);
});
