import { expect, it } from 'vitest';
import type { ScheduleEntry, ScheduleTerm } from '../../../../../shared/protocol/api/content.ts';
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
/** What an entry said from a time until another. */
function term(from: number, until: number | null, said: ScheduleEntry): ScheduleTerm {
  const { unitId, name, cron, durationMs, validFrom, validTo, exceptions, targets } = said;
  const when = { cron, durationMs, validFrom, validTo, exceptions };
  return { entryId: said.id, unitId, name, ...when, targets, from, until };
}
const always = (entries: ScheduleEntry[]) => entries.map((each) => term(0, null, each));
const draw = (entries: ScheduleEntry[], now: number, { terms = always(entries) } = {}) =>
  drawnOf(entries, terms, { ...week, now }, () => true);

it('what has ended is past: not to be edited', () => {
  const { openings } = draw([entry()], at(2, 8));
  expect(openings.map(({ past }) => past)).toEqual([true, true, true, false, false, false, false]);
  expect(openings.map(({ editable }) => editable)).toEqual(openings.map(({ past }) => !past));
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

it('what is past is what was said then: nothing from before a schedule was, the old hours before a change, a deleted one until then', () => {
  const now = at(4, 12);
  const later = entry({ cron: '0 9 * * *' });
  const terms = [
    term(at(1, 7), at(3, 7), entry()),
    term(at(3, 7), null, later),
    term(at(0, 0), at(1, 0), entry({ id: 'gone', name: 'Đã xóa' })),
  ];
  const past = draw([later], now, { terms }).openings.filter((opening) => opening.past);
  expect(past.map(({ title, start, end }) => ({ title, start, end }))).toEqual([
    { title: 'Đã xóa', start: at(0, 6), end: at(0, 8) },
    // It began to be in the middle of an opening, and went on to be at other hours in the middle of another.
    { title: 'Bản tin sáng', start: at(1, 7), end: at(1, 8) },
    { title: 'Bản tin sáng', start: at(2, 6), end: at(2, 8) },
    { title: 'Bản tin sáng', start: at(3, 6), end: at(3, 7) },
    { title: 'Bản tin sáng', start: at(3, 9), end: at(3, 11) },
    { title: 'Bản tin sáng', start: at(4, 9), end: at(4, 11) },
  ]);
});

it('a change that leaves the hours as they are cuts no opening in two, and what is still on is drawn whole', () => {
  const changed = entry({ exceptions: [{ date: '2026-11-22', instead: null }] });
  const terms = [term(0, at(0, 7), entry()), term(at(0, 7), at(2, 7), changed), term(at(2, 7), null, changed)];
  const { openings } = draw([changed], at(2, 7.5), { terms });
  expect(openings.slice(0, 3).map(({ start, end, past }) => ({ start, end, past }))).toEqual([
    { start: at(0, 6), end: at(0, 8), past: true },
    { start: at(1, 6), end: at(1, 8), past: true },
    { start: at(2, 6), end: at(2, 8), past: false },
  ]);
});

it('an entry of every few minutes is left to the list, and named, also where it is past', () => {
  const often = entry({ id: 'often', name: 'Năm phút', cron: '*/5 * * * *', durationMs: 60_000 });
  const past = draw([entry()], at(7, 0), { terms: [term(0, at(6, 0), often)] });
  expect(past.crowded).toEqual(['Năm phút']);
  const { openings, crowded } = draw([often, entry()], at(0, 0), { terms: [term(0, null, often)] });
  expect(crowded).toEqual(['Năm phút']);
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
