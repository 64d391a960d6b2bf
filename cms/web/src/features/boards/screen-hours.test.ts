import { expect, test } from 'vitest';
import { screenHours, type ScreenHours } from '../../../../../shared/protocol/screen.ts';
import { endAfter, hoursOf, saidOf, takeIn, weekAs, wrongIn } from './screen-hours.ts';

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

test('days of the week are read as they were written, also those that are off or on all day', () => {
  const day = { from: 300, to: 1320 };
  const week: ScreenHours = {
    on: { week: [day, day, day, day, { from: 300, to: 60 }, { from: 0, to: 1440 }, null] },
    light: null,
  };
  expect(hoursOf(saidOf(week), true)).toEqual(week);
  expect(wrongIn(saidOf(week), true)).toEqual({});
  // Of what is then proposed for every day, and for a day that is switched on.
  expect(saidOf(week).on).toEqual(day);
  expect([endAfter(0, 1440), endAfter(300, 1140), endAfter(1320, 180)]).toEqual([1440, 0, 60]);
});

test('seven days that are the same are said without a week, as players from before take them', () => {
  const said = (from: number, to: number) =>
    hoursOf({ ...saidOf(hours), weekly: true, week: weekAs({ from, to }) }, true).on;
  expect(said(300, 1320)).toEqual({ from: 300, to: 1320 });
  expect(said(300, 1440)).toEqual({ from: 300, to: 0 });
  expect(said(0, 1440)).toBeNull();
});

test('what is wrong is said at its field', () => {
  const said = saidOf(hours);
  const fields = (over: object): string[] => Object.keys(wrongIn({ ...said, ...over }, true));
  expect(fields({ on: { from: 300, to: 300 }, night: null })).toEqual(['on', 'light.night']);
  const week = weekAs({ from: 300, to: 1320 });
  expect(fields({ weekly: true, week: week.with(2, { lit: true, from: 60, to: 60 }) })).toEqual(['on.week.2']);
  expect(fields({ weekly: true, week: week.with(2, { lit: false, from: 60, to: 60 }) })).toEqual([]);
  expect(fields({ weekly: true, week: week.map((day) => ({ ...day, lit: false })) })).toEqual(['on.week']);
  expect(fields({ timed: false, on: { from: 0, to: 0 }, dimmed: false, night: null })).toEqual([]);
});
