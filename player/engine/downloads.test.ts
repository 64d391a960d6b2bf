import { expect, it } from 'vitest';
import { noDownloadLimits, type DownloadLimits } from '../../shared/protocol/downloads.ts';
import { Downloads } from './downloads.ts';

function downloads(
  limits: Partial<DownloadLimits>,
  { now = '2026-11-22T12:00+07:00', zone = 'Asia/Ho_Chi_Minh', spent = false } = {},
) {
  let looks = 0;
  const made = new Downloads({
    limits: () => ({ ...noDownloadLimits, ...limits }),
    use: { spent, look: () => Promise.resolve(void looks++) },
    zone: () => zone,
    now: () => Date.parse(now),
    monotonic: () => 0,
  });
  return { made, looks: () => looks };
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
