import { expect, it } from 'vitest';
import { longestCoverageMs } from '../../../../../shared/protocol/api/plans.ts';
import { formatDateTime, startOfDay } from '../../lib/time.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { hiddenIn, hiddenWords, layOver, openingHours, openingTime, wallDate, weekOf } from './calendar.ts';
import type { Drawn } from './drawn.ts';

overwriteGetLocale(() => 'vi');
const zone = 'Asia/Ho_Chi_Minh';
/** 16/11/2026 is a Monday. */
const on = (day: number, hour = 10): number => Date.UTC(2026, 10, day, hour - 7);
function week(at: number | null, now: number): string {
  const { from, days } = weekOf(zone, at, now);
  return `${formatDateTime(from)} +${days}`;
}

it.each([
  [16, '16/11/2026 00:00 +7'],
  [18, '16/11/2026 00:00 +7'],
  [20, '16/11/2026 00:00 +7'],
  [21, '21/11/2026 00:00 +9'],
  [22, '22/11/2026 00:00 +8'],
  [23, '23/11/2026 00:00 +7'],
])('opens on %i/11 with what is to come', (day, shown) => {
  expect(week(null, on(day, 0))).toBe(shown);
  expect(week(null, on(day, 23))).toBe(shown);
});

it('opens today on what is near now, every other day and a week on the morning', () => {
  const day = { start: on(22, 0), end: on(23, 0) };
  expect([5, 6, 7, 15, 23].map((hour) => openingTime(day, on(22, hour), zone))).toEqual([
    '05:30',
    '05:30',
    '06:00',
    '14:00',
    '22:00',
  ]);
  expect([openingTime(day, on(23, 15), zone), openingTime(null, on(22, 15), zone)]).toEqual(['05:30', '05:30']);
});

it('is never longer than the CMS tells coverage for', () => {
  for (const now of [on(21, 0), on(22, 0)]) {
    const { from, days } = weekOf(zone, null, now);
    expect(startOfDay(from, days, zone) - from).toBeLessThanOrEqual(longestCoverageMs);
  }
});

it('a week that is asked for is Monday to Sunday, also the present one', () => {
  const sunday = on(22);
  expect(week(on(21), sunday)).toBe('16/11/2026 00:00 +7');
  expect(week(on(23), sunday)).toBe('23/11/2026 00:00 +7');
  expect(week(on(30), sunday)).toBe('30/11/2026 00:00 +7');
});

const hours = (start: number, end: number) => [{ start: on(22, start), end: on(22, end) }];
const opening = (entryId: string, start: number, end: number, fields: Partial<Drawn> = {}): Drawn => ({
  id: entryId,
  entryId,
  title: entryId,
  start: on(22, start),
  end: on(22, end),
  editable: true,
  exception: null,
  past: false,
  ...fields,
});

it('an opening is hidden while another has its time on some board and none shows it; never one that is past or left out', () => {
  const hiddenOf = hiddenIn({
    from: on(22, 0),
    to: on(23, 0),
    findings: [{ kind: 'hidden', entryId: 'a', byId: 'b', zone, boards: 2, spans: hours(8, 12) }],
    seen: [
      { entryId: 'a', spans: hours(11, 14) },
      { entryId: 'b', spans: hours(8, 12) },
    ],
    dark: [],
    entries: [],
  });
  const words = (found: Drawn): string => hiddenWords(found, hiddenOf(found), zone);
  expect(words(opening('a', 8, 10))).toBe('Bị lịch khác che');
  expect(words(opening('a', 6, 9))).toBe('Bị lịch khác che');
  expect(words(opening('a', 10, 12))).toBe('Bị lịch khác che 10:00–11:00');
  expect(words(opening('a', 6, 14))).toBe('Bị lịch khác che 08:00–11:00');
  expect(words(opening('a', 6, 8))).toBe('');
  expect(words(opening('b', 8, 10))).toBe('');
  expect(words(opening('a', 8, 10, { past: true }))).toBe('');
  expect(words(opening('a', 8, 10, { exception: 'skipped' }))).toBe('');
});

it('the words of an opening stand in the longest part that is seen, of each day that it is drawn on', () => {
  const at = (start: number, end: number) => ({ start: on(22, start), end: on(22, end) });
  expect(layOver(at(6, 10), [at(9, 12)])).toEqual({ over: [{ start: 0.75, end: 1 }], free: { start: 0, end: 0.75 } });
  expect(layOver(at(6, 10), [at(7, 8)]).free).toEqual({ start: 0.5, end: 1 });
  expect(layOver(at(6, 10), [at(11, 12)])).toEqual({ over: [], free: { start: 0, end: 1 } });
  expect(layOver(at(6, 10), [at(5, 12)])).toEqual({ over: [{ start: 0, end: 1 }], free: undefined });
});

it.each([
  [on(25, 10), on(25, 12), '10:00–12:00'],
  [on(25, 0), on(26, 0), '00:00–24:00'],
  [on(25, 10), on(26, 7), '10:00–07:00 hôm sau'],
  [on(25, 10), on(27, 0), '10:00–24:00 hôm sau'],
  [on(25, 10), on(27, 7), '10:00 25/11–07:00 27/11'],
])('says whole hours, and the day on which they end', (start, end, said) => {
  expect(openingHours(wallDate(zone, start), wallDate(zone, end))).toBe(said);
});
