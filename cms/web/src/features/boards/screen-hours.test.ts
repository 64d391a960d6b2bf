import { expect, test } from 'vitest';
import type { ScreenHours } from '../../../../../shared/protocol/screen.ts';
import { fieldsOf, hoursOf, takeIn } from './screen-hours.ts';

const hours: ScreenHours = {
  on: { from: 300, to: 1320 },
  light: { from: 1080, to: 360, night: 30, day: 90 },
};

test('hours are read as they were written', () => {
  expect(hoursOf(fieldsOf(hours), true)).toEqual(hours);
  expect(hoursOf(fieldsOf({ on: null, light: null }), true)).toEqual({ on: null, light: null });
  for (const wrong of [{ from: '25:00' }, { to: '05:00' }, { nightTo: 'x' }, { night: null }, { day: 101 }])
    expect(hoursOf({ ...fieldsOf(hours), ...wrong }, true)).toBeNull();
});

test('of a screen that cannot be dimmed no brightness is asked, though one stood for the player before', () => {
  expect(hoursOf(fieldsOf(hours), false)).toEqual({ on: hours.on, light: null });
  expect(hoursOf({ ...fieldsOf(hours), night: null }, false)).toEqual({ on: hours.on, light: null });
});

test('hours that are given meanwhile come in, but over nothing that somebody has written', () => {
  const stand = fieldsOf({ on: null, light: null });
  const given = fieldsOf(hours);
  expect(takeIn({ ...stand }, stand, given)).toEqual(given);
  const written = { ...stand, timed: true, from: '06:00' };
  expect(takeIn(written, stand, given)).toBe(written);
});
