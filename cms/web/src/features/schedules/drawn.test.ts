import { expect, it } from 'vitest';
import type { ScheduleEntry } from '../../../../../shared/protocol/api/content.ts';
import { startOfDay } from '../../lib/time.ts';
import { drawnOf, lanesOn } from './drawn.ts';

const zone = 'Asia/Ho_Chi_Minh';
const hour = 3_600_000;
const monday = startOfDay(Date.UTC(2026, 10, 16, 5));
const at = (day: number, hours: number): number => startOfDay(monday, day) + hours * hour;
const week = { zone, from: monday, to: at(7, 0) };

const entry = (fields: Partial<ScheduleEntry> = {}): ScheduleEntry => ({
  id: 'e1',
  unitId: 'u1',
  unitName: 'Xã Phú An',
  playlistId: 'p1',
  name: 'Bản tin sáng',
  priority: 50,
  cron: '0 6 * * *',
  durationMs: 2 * hour,
  validFrom: null,
  validTo: null,
  exceptions: [],
  targets: { unitIds: ['u1'], boardIds: [] },
  revision: 1,
  updatedAt: 0,
  ...fields,
});
const draw = (entries: ScheduleEntry[], now: number, hidden = false) =>
  drawnOf(
    entries,
    { ...week, now },
    () => true,
    () => hidden,
  );

it('what has ended is past: not to be edited, and hidden by nothing', () => {
  const { openings } = draw([entry()], at(2, 8), true);
  expect(openings.map(({ past }) => past)).toEqual([true, true, true, false, false, false, false]);
  expect(openings.map(({ editable }) => editable)).toEqual(openings.map(({ past }) => !past));
  expect(openings.map(({ hidden }) => hidden)).toEqual(openings.map(({ past }) => !past));
});

it('a day that is moved is marked; a day that is left out to come stands where its rule would have it', () => {
  const exceptions = [
    { date: '2026-11-16', instead: null },
    { date: '2026-11-18', instead: { minute: 9 * 60, durationMs: hour } },
    { date: '2026-11-19', instead: null },
  ];
  const { openings } = draw([entry({ exceptions })], at(2, 0));
  const marked = openings.filter(({ exception }) => exception !== null);
  expect(marked.map(({ exception, start, end }) => ({ exception, start, end }))).toEqual([
    { exception: 'moved', start: at(2, 9), end: at(2, 10) },
    { exception: 'skipped', start: at(3, 6), end: at(3, 8) },
  ]);
  expect(openings.map(({ start }) => start)).not.toContain(at(0, 6));
});

it('an entry of every few minutes is left to the list', () => {
  const often = entry({ id: 'often', cron: '*/5 * * * *', durationMs: 60_000 });
  const { openings, crowded } = draw([often, entry()], at(0, 0));
  expect(crowded).toEqual([often]);
  expect(new Set(openings.map(({ entryId }) => entryId))).toEqual(new Set(['e1']));
});

it('as many lanes as are open at once; one that ends makes room for the next', () => {
  const day = { start: at(0, 0), end: at(1, 0) };
  const span = (start: number, end: number) => ({ start: at(0, start), end: at(0, end) });
  expect(lanesOn([], day)).toBe(1);
  expect(lanesOn([span(6, 8), span(8, 9)], day)).toBe(1);
  expect(lanesOn([span(6, 8), span(7, 9), span(7.5, 10), span(8, 9)], day)).toBe(3);
  expect(lanesOn([span(30, 31), span(30, 31)], day)).toBe(1);
});
