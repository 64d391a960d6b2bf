import { describe, expect, it } from 'vitest';
import type { CoverageAnswer } from '../../../../../shared/protocol/api/plans.ts';
import { homeZone } from '../../lib/time.ts';
import { daysOf, findingsOf, hoursOf } from './findings.ts';

const hour = 3_600_000;
const midnight = Date.parse('2026-03-03T00:00+07:00');
const at = (hours: number): number => midnight + hours * hour;

describe('hours', () => {
  it('that come every day are said once; a night is the end of one day and the beginning of the next', () => {
    const nights = [0, 24].map((day) => ({ start: at(day + 22), end: at(day + 30) }));
    expect(hoursOf(nights, homeZone)).toEqual([
      { from: '00:00', to: '06:00', days: [at(24), at(48)] },
      { from: '22:00', to: '24:00', days: [at(0), at(24)] },
    ]);
  });
  it('that touch or overlap are one', () => {
    const spans = [
      { start: at(8), end: at(9) },
      { start: at(6), end: at(8) },
      { start: at(7), end: at(8.5) },
    ];
    expect(hoursOf(spans, homeZone)).toEqual([{ from: '06:00', to: '09:00', days: [at(0)] }]);
  });
});

it('an answer is about every day that it has a part of', () => {
  const stretch = { by: { kind: 'fallback' as const, id: null }, hidden: [], empty: [], obliged: false };
  const about = (from: number, to: number): CoverageAnswer => ({
    entries: [],
    groups: [{ boardIds: ['a'], zone: homeZone, stretches: [{ start: at(from), end: at(to), ...stretch }] }],
  });
  expect(daysOf(about(0, 168))).toBe(7);
  expect(daysOf(about(15.75, 168))).toBe(7);
  expect(daysOf(about(15.75, 8 * 24))).toBe(8);
  expect(daysOf(about(15.75, 24))).toBe(1);
});

describe('findings', () => {
  it('say what hides what on how many boards, what has nothing to play, and where nothing is left', () => {
    const rest = { hidden: [], empty: [], obliged: false };
    const by = (id: string) => ({ kind: 'schedule' as const, id });
    const fallback = { kind: 'fallback' as const, id: null };
    const answer: CoverageAnswer = {
      entries: [],
      groups: [
        {
          boardIds: ['a', 'b'],
          zone: homeZone,
          stretches: [
            { start: at(0), end: at(6), by: fallback, ...rest },
            { start: at(6), end: at(7), by: by('x'), ...rest, hidden: ['y'] },
            { start: at(7), end: at(8), by: by('x'), ...rest, hidden: ['y'], empty: ['z'] },
            { start: at(8), end: at(24), by: fallback, ...rest, obliged: true },
          ],
        },
        {
          boardIds: ['c'],
          zone: homeZone,
          stretches: [{ start: at(6), end: at(7), by: by('x'), ...rest, hidden: ['y'] }],
        },
      ],
    };
    expect(findingsOf(answer)).toEqual([
      { kind: 'hidden', entryId: 'y', byId: 'x', boards: 3, hours: [{ from: '06:00', to: '08:00', days: [at(0)] }] },
      { kind: 'empty', entryId: 'z', byId: null, boards: 2, hours: [{ from: '07:00', to: '08:00', days: [at(0)] }] },
      { kind: 'gap', entryId: null, byId: null, boards: 2, hours: [{ from: '00:00', to: '06:00', days: [at(0)] }] },
    ]);
  });
});
