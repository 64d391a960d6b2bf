import { expect, test } from 'vitest';
import { screenHours, type ScreenHours } from '../../../../../shared/protocol/screen.ts';
import { hoursOf, saidOf, takeIn } from './screen-hours.ts';

const hours: ScreenHours = {
  on: { from: 300, to: 1320 },
  light: { from: 1080, to: 360, night: 30, day: 90 },
};
const fits = (over: object): boolean => screenHours.safeParse(hoursOf({ ...saidOf(hours), ...over }, true)).success;

test('hours are read as they were written', () => {
  expect(hoursOf(saidOf(hours), true)).toEqual(hours);
  expect(hoursOf(saidOf({ on: null, light: null }), true)).toEqual({ on: null, light: null });
  expect(fits({ on: { from: 300, to: 0 } })).toBe(true);
  for (const wrong of [{ on: { from: 300, to: 300 } }, { dark: { from: 0, to: 0 } }, { night: null }, { day: 101 }])
    expect(fits(wrong)).toBe(false);
});

test('of a screen that cannot be dimmed no brightness is asked, though one stood for the player before', () => {
  expect(hoursOf(saidOf(hours), false)).toEqual({ on: hours.on, light: null });
  expect(hoursOf({ ...saidOf(hours), night: null }, false)).toEqual({ on: hours.on, light: null });
});

test('hours that are given meanwhile come in, but over nothing that somebody has written', () => {
  const stand = saidOf({ on: null, light: null });
  const given = saidOf(hours);
  expect(takeIn({ ...stand }, stand, given)).toEqual(given);
  const written = { ...stand, timed: true, on: { from: 360, to: 1320 } };
  expect(takeIn(written, stand, given)).toBe(written);
});
