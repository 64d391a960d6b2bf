import { expect, it } from 'vitest';
import { noDownloadLimits, type DownloadLimits } from '../../shared/protocol/downloads.ts';
import { Downloads } from './downloads.ts';
import type { Wanted } from './orders.ts';

function downloads(
  limits: Partial<DownloadLimits>,
  { now = '2026-11-22T12:00+07:00', zone = 'Asia/Ho_Chi_Minh', spent = false, wanted = null as Wanted | null } = {},
) {
  let looks = 0;
  let waited = 0;
  const made = new Downloads({
    limits: () => ({ ...noDownloadLimits, ...limits }),
    wanted: () => wanted,
    wait: (ms) => Promise.resolve(void (waited += ms)),
    use: { spent, look: () => Promise.resolve(void looks++) },
    zone: () => zone,
    now: () => Date.parse(now),
    monotonic: () => 0,
  });
  return { made, looks: () => looks, waited: () => waited };
}
const night: DownloadLimits['hours'] = [22 * 60, 5 * 60];
const noon: DownloadLimits['hours'] = [11 * 60 + 30, 13 * 60];

it.each([
  [null, '2026-11-22T12:00+07:00', null],
  [night, '2026-11-22T21:59:59.999+07:00', 'media_waits_hours'],
  [night, '2026-11-22T22:00+07:00', null],
  [night, '2026-11-23T00:00+07:00', null],
  [night, '2026-11-23T04:59:59.999+07:00', null],
  [night, '2026-11-23T05:00+07:00', 'media_waits_hours'],
  [noon, '2026-11-22T11:29+07:00', 'media_waits_hours'],
  [noon, '2026-11-22T11:30+07:00', null],
  [noon, '2026-11-22T13:00+07:00', 'media_waits_hours'],
] as const)('with hours %j at %s media wait for %s', (hours, now, expected) => {
  expect(downloads({ hours: hours && [...hours] }, { now }).made.waitFor()).toBe(expected);
});

it('goes by the hour at the board', () => {
  const now = '2026-11-22T22:30+07:00';
  expect(downloads({ hours: night }, { now }).made.waitFor()).toBeNull();
  expect(downloads({ hours: night }, { now, zone: 'Europe/Berlin' }).made.waitFor()).toBe('media_waits_hours');
});

it('has media wait for the next month once nothing is left of this one, and for their hours before that', () => {
  expect(downloads({}, { spent: true }).made.waitFor()).toBe('media_waits_budget');
  expect(downloads({ hours: night }, { spent: true }).made.waitFor()).toBe('media_waits_hours');
});

it('looks at the month’s count while much comes', async () => {
  const { made, looks } = downloads({});
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i++) await made.took(1_000_000, signal);
  expect(looks()).toBe(2);
});

const wish = (overBudget: boolean, until = '2026-11-22T12:01+07:00'): Wanted => ({
  files: ['wanted'],
  overBudget,
  until: Date.parse(until),
});

it('has what somebody wants now come at any hour, past a spent month only where that was said, and nothing else', () => {
  const asked = downloads({ hours: night }, { wanted: wish(false) }).made;
  expect(asked.waitFor('wanted')).toBeNull();
  expect(asked.waitFor('another')).toBe('media_waits_hours');
  expect(asked.waitFor()).toBe('media_waits_hours');
  expect(downloads({}, { spent: true, wanted: wish(false) }).made.waitFor('wanted')).toBe('media_waits_budget');
  const paid = downloads({ hours: night }, { spent: true, wanted: wish(true) }).made;
  expect(paid.waitFor('wanted')).toBeNull();
  expect(paid.waitFor('another')).toBe('media_waits_hours');
});

it('no longer wants what has not come by then', () => {
  const over = downloads({ hours: night }, { wanted: wish(true, '2026-11-22T12:00+07:00') }).made;
  expect(over.waitFor('wanted')).toBe('media_waits_hours');
});

it('keeps within the rate all but what somebody wants now', async () => {
  const { made, waited } = downloads({ maxKbps: 64 }, { wanted: wish(false) });
  const { signal } = new AbortController();
  await made.took(80_000, signal, 'wanted');
  expect(waited()).toBe(0);
  await made.took(80_000, signal, 'another');
  await made.took(80_000, signal);
  expect(waited()).toBeGreaterThan(10_000);
});
