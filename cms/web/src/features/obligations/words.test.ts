import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MatrixCell } from '../../../../../shared/protocol/api/obligations.ts';
import { answerOf, answersOf, dailyFrom, dailyHours, fitsFilter, notesOf, shownOf } from './words.ts';

describe('the hours of an obligation', () => {
  it('are read as they were written, for every minute and length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 1440 }), (from, minutes) => {
        const hours = { cron: dailyFrom(from), durationMs: minutes * 60_000 };
        expect(dailyHours(hours)).toEqual({ from, to: (from + minutes) % 1440 });
      }),
    );
  });
  it('of other days are no daily hours', () => {
    expect(dailyHours({ cron: '0 6 * * 1-5', durationMs: 3_600_000 })).toBeNull();
    expect(dailyHours({ cron: '0 6 * * *', durationMs: 90_000 })).toBeNull();
  });
});

describe('a cell of the matrix', () => {
  const cell = (over: Partial<MatrixCell>): MatrixCell => ({
    receivedAt: null,
    acceptedAt: null,
    own: false,
    boards: 1,
    firstShownAt: null,
    required: 10,
    met: 10,
    missing: 0,
    unknown: 0,
    cut: 0,
    darkHours: 0,
    shown: 10,
    ...over,
  });
  it('never calls what is not on record a failure', () => {
    expect(shownOf(cell({ met: 0, unknown: 10 }))).toBe('unknown');
    expect(shownOf(cell({ met: 0, unknown: 9, missing: 1 }))).toBe('short');
    expect(shownOf(cell({ boards: 0, required: 0 }))).toBe('no_boards');
    expect(shownOf(cell({ required: 0, met: 0 }))).toBe('not_due');
  });
  it('says which hours were cut, and in which nothing was asked because screens were off', () => {
    expect(shownOf(cell({ required: 0, met: 0, darkHours: 24 }))).toBe('resting');
    expect(notesOf(cell({}))).toEqual([]);
    expect(notesOf(cell({ required: 0, met: 0, darkHours: 24 }))).toEqual([
      expect.stringMatching(/24 giờ màn hình tắt/),
    ]);
    expect(notesOf(cell({ met: 3, missing: 7, cut: 7, darkHours: 1 }))).toHaveLength(2);
  });
  it('is found by what is lacking', () => {
    expect(fitsFilter(cell({ receivedAt: 1 }), 'unaccepted')).toBe(true);
    expect(fitsFilter(cell({ receivedAt: 1 }), 'unreceived')).toBe(false);
    expect(fitsFilter(cell({ own: true }), 'unaccepted')).toBe(false);
    expect(fitsFilter(cell({ missing: 1 }), 'short')).toBe(true);
    // Of a unit without boards nothing is lacking.
    expect(fitsFilter(cell({ boards: 0, required: 0 }), 'unaccepted')).toBe(false);
    expect(answersOf(cell({ boards: 0, required: 0 }))).toEqual([]);
    expect(answersOf(cell({ receivedAt: 1 }))).toHaveLength(1);
    expect(answerOf(cell({ receivedAt: 1, acceptedAt: 2 }))).toBe('accepted');
  });
});
