import { expect, test, vi } from 'vitest';
import type { ScreenHours } from '../protocol/screen.ts';
import { isUnseen } from './unseen.ts';
import { Zone } from './zone.ts';

const home = new Zone('Asia/Ho_Chi_Minh');
// A Monday.
const from = Date.parse('2026-03-02T12:00+07:00');
const to = from + 35 * 86_400_000;
const hours: ScreenHours = { on: { from: 300, to: 1320 }, light: null };
const day = { from: 300, to: 1320 };
const noSunday: ScreenHours = { on: { week: [day, day, day, day, day, day, null] }, light: null };
const hourMs = 3_600_000;
const turn = vi.fn(() => Promise.resolve());

test.each([
  ['an evening after the screen is off', '30 22 * * *', hourMs, hours, true],
  ['up to the minute in which it is lit', '0 4 * * *', hourMs, hours, true],
  ['a minute longer', '0 4 * * *', hourMs + 60_000, hours, false],
  ['a day of which a part is dark', '0 0 * * *', 24 * hourMs, hours, false],
  ['an evening that begins while it is lit', '30 21 * * *', hourMs, hours, false],
  ['every hour, also in the day', '0 * * * *', 60_000, hours, false],
  ['on the day that is dark', '0 9 * * 0', hourMs, noSunday, true],
  ['on that day and another', '0 9 * * 0,1', hourMs, noSunday, false],
  ['once a month', '0 23 1 * *', hourMs, hours, true],
  ['every minute of every night', '* 22-23,0-4 * * *', 60_000, hours, true],
  ['a minute a month too late', '59 4 1 * *', 120_000, hours, false],
  ['from one night to the next', '0 23 * * 6', 6 * hourMs, noSunday, true],
  ['a screen that is always on', '0 23 * * *', hourMs, { on: null, light: null }, false],
] as const)('%s', async (_name, cron, durationMs, kept, unseen) => {
  const window = { cron, durationMs, validFrom: null, validTo: null };
  expect(await isUnseen(window, kept, home, from, to, turn)).toBe(unseen);
});

test('what is over, or opens later, is told of by nobody', async () => {
  const night = { cron: '0 23 * * *', durationMs: hourMs };
  expect(await isUnseen({ ...night, validFrom: null, validTo: from }, hours, home, from, to, turn)).toBe(false);
  expect(await isUnseen({ ...night, validFrom: to, validTo: null }, hours, home, from, to, turn)).toBe(false);
});

test('others have their turn between days, and what is seen is found soon', async () => {
  const every = { durationMs: 60_000, validFrom: null, validTo: null };
  turn.mockClear();
  await isUnseen({ ...every, cron: '* 22-23,0-4 * * *' }, hours, home, from, to, turn);
  expect(turn).toHaveBeenCalledTimes(35);
  turn.mockClear();
  await isUnseen({ ...every, cron: '* * * * *' }, hours, home, from, to, turn);
  expect(turn).not.toHaveBeenCalled();
});
