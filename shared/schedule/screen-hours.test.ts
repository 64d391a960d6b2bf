import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alwaysOn, hoursKey, screenHours, type ScreenHours } from '../protocol/screen.ts';
import { isLitFor, nextScreenChange, screenDue } from './screen-hours.ts';
import { Zone } from './zone.ts';

const home = new Zone('Asia/Ho_Chi_Minh');
const at = (time: string): number => Date.parse(`2026-03-02T${time}+07:00`);
const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const open = (from: string, to: string): ScreenHours => ({ on: { from: minutes(from), to: minutes(to) }, light: null });

describe('a screen that is on', () => {
  test.each([
    ['05:00', '22:00', { '04:59': false, '05:00': true, '21:59': true, '22:00': false }],
    // Past midnight.
    ['17:00', '01:00', { '16:59': false, '17:00': true, '23:59': true, '00:59': true, '01:00': false }],
    ['00:00', '12:00', { '00:00': true, '11:59': true, '12:00': false, '23:59': false }],
  ])('from %s to %s', (from, to, times) => {
    for (const [time, on] of Object.entries(times)) {
      expect(screenDue(open(from, to), home, at(`${time}:00`)).on, time).toBe(on);
      expect(screenDue(open(from, to), home, at(`${time}:59.999`)).on, time).toBe(on);
    }
  });

  test('always, where nobody said when', () => {
    expect(screenDue(alwaysOn, home, at('03:00:00'))).toEqual({ on: true, light: null });
    expect(nextScreenChange(alwaysOn, 'on', home, at('03:00:00'))).toBeNull();
  });
});

test('it is darker at night, by times of its own', () => {
  const hours: ScreenHours = { on: null, light: { from: 18 * 60, to: 6 * 60, night: 30, day: 90 } };
  expect(
    [at('17:59:00'), at('18:00:00'), at('05:59:00'), at('06:00:00')].map((t) => screenDue(hours, home, t).light),
  ).toEqual([90, 30, 30, 90]);
  expect(nextScreenChange(hours, 'light', home, at('17:59:59'))).toBe(at('18:00:00'));
  expect(nextScreenChange(hours, 'on', home, at('17:59:59'))).toBeNull();
});

test('the next change is the next edge, today or tomorrow', () => {
  const hours = open('05:00', '22:00');
  expect(nextScreenChange(hours, 'on', home, at('21:00:00.500'))).toBe(at('22:00:00'));
  expect(nextScreenChange(hours, 'on', home, at('22:00:00'))).toBe(at('05:00:00') + 86_400_000);
  expect(nextScreenChange(hours, 'on', home, at('04:59:59.999'))).toBe(at('05:00:00'));
});

test('where the clock is changed the wall decides', () => {
  // 29/03/2026 in Berlin: 02:00 becomes 03:00.
  const berlin = new Zone('Europe/Berlin');
  const hours = open('02:30', '04:00');
  const midnight = Date.parse('2026-03-29T00:00+01:00');
  expect(nextScreenChange(hours, 'on', berlin, midnight)).toBe(Date.parse('2026-03-29T03:00+02:00'));
  expect(nextScreenChange(hours, 'on', berlin, Date.parse('2026-03-29T03:30+02:00'))).toBe(
    Date.parse('2026-03-29T04:00+02:00'),
  );
});

test('at any time, in any zone, it is the first minute that is due otherwise', () => {
  const minute = fc.integer({ min: 0, max: 1439 });
  const zones = ['Asia/Ho_Chi_Minh', 'Europe/Berlin', 'Australia/Lord_Howe'].map((name) => new Zone(name));
  const times = fc.integer({ min: Date.parse('2026-01-01T00:00Z'), max: Date.parse('2026-12-31T00:00Z') });
  // Around changes of clocks, too.
  const changes = ['2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-04-04T15:00Z', '2026-10-03T15:30Z'].map((time) =>
    fc.integer({ min: Date.parse(time) - 129_600_000, max: Date.parse(time) + 86_400_000 }),
  );
  const property = fc.property(
    fc.constantFrom(...zones),
    fc.oneof(times, ...changes),
    minute,
    minute,
    (zone, t, from, to) => {
      fc.pre(from !== to);
      const hours: ScreenHours = { on: { from, to }, light: null };
      const next = nextScreenChange(hours, 'on', zone, t)!;
      const now = screenDue(hours, zone, t).on;
      let expected = Math.floor(t / 60_000) * 60_000;
      do expected += 60_000;
      while (screenDue(hours, zone, expected).on === now);
      expect(next).toBe(expected);
    },
  );
  fc.assert(property, { numRuns: 150 });
});

test('hours without length are refused, and every hours have a name of their own', () => {
  expect(screenHours.safeParse({ on: { from: 60, to: 60 }, light: null }).success).toBe(false);
  expect(screenHours.safeParse({ on: { from: 0, to: 1440 }, light: null }).success).toBe(false);
  const light = { from: 1080, to: 360, night: 30, day: 90 };
  const all = [alwaysOn, open('05:00', '22:00'), { ...open('05:00', '22:00'), light }, { on: null, light }];
  expect(all.map(hoursKey)).toEqual(['', '300-1320', '300-1320 30/90@1080-360', ' 30/90@1080-360']);
});

// 2 March 2026 is a Monday.
const week: ScreenHours = {
  on: {
    week: [
      { from: 300, to: 1320 },
      { from: 300, to: 1320 },
      { from: 300, to: 1320 },
      { from: 300, to: 1320 },
      // Friday's go on into Saturday.
      { from: 300, to: 60 },
      { from: 0, to: 1440 },
      null,
    ],
  },
  light: null,
};
const weekAt = (day: number, time: string): number => at(`${time}:00`) + (day - 1) * 86_400_000;

test('days of the week have hours of their own, which may go past midnight', () => {
  const lit: [number, string, boolean][] = [
    [1, '04:59', false],
    [1, '05:00', true],
    [4, '22:00', false],
    [5, '23:59', true],
    [6, '00:30', true],
    [6, '23:59', true],
    [7, '00:00', false],
    [7, '12:00', false],
    [8, '05:00', true],
  ];
  for (const [day, time, on] of lit) expect(screenDue(week, home, weekAt(day, time)).on, `${day} ${time}`).toBe(on);
  expect(nextScreenChange(week, 'on', home, weekAt(5, '06:00'))).toBe(weekAt(7, '00:00'));
  expect(nextScreenChange(week, 'on', home, weekAt(7, '00:00'))).toBe(weekAt(8, '05:00'));
  const seldom: ScreenHours = {
    on: { week: [null, null, { from: 480, to: 540 }, null, null, null, null] },
    light: null,
  };
  expect(nextScreenChange(seldom, 'on', home, weekAt(3, '09:00'))).toBe(weekAt(10, '08:00'));
  const always = { from: 0, to: 1440 };
  const all: ScreenHours = { on: { week: [always, always, always, always, always, always, always] }, light: null };
  expect(nextScreenChange(all, 'on', home, weekAt(3, '09:00'))).toBeNull();
  const hour = 3_600_000;
  expect(
    [weekAt(6, '00:00'), weekAt(6, '23:30'), weekAt(1, '21:30')].map((t) => isLitFor(week, home, t, hour)),
  ).toEqual([true, false, false]);
});

test('a week of one day’s hours is as these hours every day', () => {
  const minute = fc.integer({ min: 0, max: 1439 });
  const property = fc.property(
    fc.integer({ min: Date.parse('2026-03-01T00:00Z'), max: Date.parse('2026-11-01T00:00Z') }),
    minute,
    minute,
    (t, from, to) => {
      fc.pre(from !== to);
      const [day, berlin] = [{ from, to }, new Zone('Europe/Berlin')];
      const [daily, weekly]: ScreenHours[] = [
        { on: day, light: null },
        { on: { week: [day, day, day, day, day, day, day] }, light: null },
      ];
      expect(screenDue(weekly!, berlin, t)).toEqual(screenDue(daily!, berlin, t));
      expect(nextScreenChange(weekly!, 'on', berlin, t)).toBe(nextScreenChange(daily!, 'on', berlin, t));
    },
  );
  fc.assert(property, { numRuns: 150 });
});

test('a week says itself in few bytes, and no week is dark on every day', () => {
  expect(hoursKey(week)).toBe('w8c-10o,,,,8c-1o,0-140,-');
  const days = Array.from({ length: 7 }, (_, i) => ({ from: 1430 + i, to: 1420 + i }));
  const light = { from: 1080, to: 1020, night: 100, day: 100 };
  expect(hoursKey(screenHours.parse({ on: { week: days }, light })).length).toBeLessThanOrEqual(80);
  expect(screenHours.safeParse({ on: { week: Array(7).fill(null) }, light: null }).success).toBe(false);
  expect(screenHours.safeParse({ on: { week: days.slice(1) }, light: null }).success).toBe(false);
});

test('it is on for the whole of an hour, or not', () => {
  const hour = 3_600_000;
  const lit = (hours: ScreenHours, time: string): boolean => isLitFor(hours, home, at(`${time}:00`), hour);
  const day = open('05:00', '22:00');
  expect(['04:00', '04:30', '05:00', '21:00', '21:01', '22:00'].map((time) => lit(day, time))).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
  const night = open('17:00', '00:30');
  expect(['16:30', '23:00', '23:30', '23:45', '00:00'].map((time) => lit(night, time))).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
  // Dark for a while in the middle of it.
  expect([lit(open('12:40', '12:10'), '12:00'), lit(alwaysOn, '03:00')]).toEqual([false, true]);
});
