import { expect, it } from 'vitest';
import { homeZone } from '../../lib/time.ts';
import { clockOf, daysOf, findingsOf, hoursOf } from './findings.ts';

const hour = 3_600_000;
const midnight = Date.parse('2026-03-03T00:00+07:00');
const at = (hours: number): number => midnight + hours * hour;

it('hours that come every day are said once; a night is the end of one day and the beginning of the next', () => {
  const nights = [0, 24].map((day) => ({ start: at(day + 22), end: at(day + 30) }));
  expect(hoursOf(nights, clockOf(homeZone))).toEqual([
    { from: '00:00', to: '06:00', days: [at(24), at(48)] },
    { from: '22:00', to: '24:00', days: [at(0), at(24)] },
  ]);
});

it('an answer is about every day that it has a part of', () => {
  const about = (from: number, to: number) => ({ from: at(from), to: at(to) });
  expect(daysOf(about(0, 168))).toBe(7);
  expect(daysOf(about(15.75, 168))).toBe(7);
  expect(daysOf(about(15.75, 8 * 24))).toBe(8);
  expect(daysOf(about(15.75, 24))).toBe(1);
});

it('findings are said in one order: what is hidden, what is empty, what has nothing; each by how many boards it concerns', () => {
  const spans = [{ start: at(6), end: at(8) }];
  const rest = { byId: null, zone: homeZone, spans };
  const findings = [
    { ...rest, kind: 'gap' as const, entryId: null, boards: 9 },
    { ...rest, kind: 'hidden' as const, entryId: 'y', byId: 'x', boards: 1 },
    { ...rest, kind: 'empty' as const, entryId: 'z', boards: 2 },
    { ...rest, kind: 'hidden' as const, entryId: 'y', byId: 'w', boards: 3 },
  ];
  const said = findingsOf({ findings });
  expect(said.map(({ kind, byId, boards }) => [kind, byId, boards])).toEqual([
    ['hidden', 'w', 3],
    ['hidden', 'x', 1],
    ['empty', null, 2],
    ['gap', null, 9],
  ]);
  expect(said[0]!.hours).toEqual([{ from: '06:00', to: '08:00', days: [at(0)] }]);
});
