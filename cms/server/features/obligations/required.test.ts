import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Zone } from '../../../../shared/schedule/zone.ts';
import { heldTerms, hourMs, outside, requiredHours, type HeldTerms, type Span } from './required.ts';

const zone = new Zone('Asia/Ho_Chi_Minh');
/** Midnight in Viet Nam. */
const day = Date.UTC(2026, 5, 1) - 7 * hourMs;
const terms = (over: Partial<HeldTerms> = {}): HeldTerms => ({
  perHour: 6,
  cron: '0 6 * * *',
  durationMs: 16 * hourMs,
  validFrom: null,
  validTo: null,
  targets: { unitIds: [], boardIds: [] },
  fromAt: 0,
  toAt: Infinity,
  ...over,
});
const hours = (held: HeldTerms, from = day, to = day + 24 * hourMs): number[] =>
  requiredHours(held, zone, from, to).starts.map((start) => (start - day) / hourMs);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('the hours in which an obligation is asked for', () => {
  it('are the full ones of its window', () => {
    expect(hours(terms())).toEqual(Array.from({ length: 16 }, (_, i) => 6 + i));
    expect(hours(terms({ cron: '30 6 * * *', durationMs: 2.5 * hourMs }))).toEqual([6.5, 7.5]);
    expect(hours(terms({ durationMs: hourMs / 2 }))).toEqual([]);
    expect(hours(terms({ cron: '0,30 6 * * *', durationMs: 1.5 * hourMs }))).toEqual([6, 7]);
  });
  it('go on over windows without a gap, and over midnight', () => {
    expect(hours(terms({ cron: '15 * * * *', durationMs: hourMs }))).toHaveLength(23);
    expect(hours(terms({ cron: '0 22 * * *', durationMs: 4 * hourMs }))).toEqual([0, 1, 22, 23]);
  });
  it('begin and end with terms, validity and period, and none is cut', () => {
    expect(hours(terms({ fromAt: day + 7.2 * hourMs, toAt: day + 9.9 * hourMs }))).toEqual([8]);
    expect(hours(terms({ validFrom: day + 20.5 * hourMs }))).toEqual([21]);
    expect(hours(terms({ cron: '30 6 * * *', durationMs: 3 * hourMs, validFrom: day + 7 * hourMs }))).toEqual([
      7.5, 8.5,
    ]);
    expect(hours(terms(), day + 8.5 * hourMs, day + 11.5 * hourMs)).toEqual([9, 10]);
    expect(hours(terms({ fromAt: day, toAt: day }))).toEqual([]);
  });
  it('are never in two terms, and always inside the period', () => {
    const minutes = fc.integer({ min: 0, max: 59 });
    const instants = fc.uniqueArray(fc.integer({ min: 0, max: 24 * hourMs }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(minutes, instants, fc.integer({ min: 1, max: 30 }), (minute, changes, length) => {
        const each = changes
          .sort((a, b) => a - b)
          .map((at) => ({ ...terms({ cron: `${minute} */3 * * *`, durationMs: length * 600_000 }), fromAt: day + at }));
        const all = heldTerms(each, null).flatMap((held) => {
          const { starts, phaseMs } = requiredHours(held, zone, day, day + 24 * hourMs);
          for (const start of starts) {
            expect(start % hourMs).toBe(phaseMs);
            expect(start).toBeGreaterThanOrEqual(held.fromAt);
            expect(start + hourMs).toBeLessThanOrEqual(Math.min(held.toAt, day + 24 * hourMs));
          }
          return starts;
        });
        all
          .sort((a, b) => a - b)
          .forEach((start, i) => i > 0 && expect(start - all[i - 1]!).toBeGreaterThanOrEqual(hourMs));
      }),
    );
  });
  it('leave out whatever overlaps a time in which the notice was taken down', () => {
    const down = [
      { from: day + 7.5 * hourMs, to: day + 9.5 * hourMs },
      { from: day + 20 * hourMs, to: Infinity },
    ];
    const [one] = heldTerms([terms()], null);
    expect(heldTerms([one!], null, down).flatMap((held) => hours(held))).toEqual([6, ...range(10, 20)]);
  });
  it('of a span without others: every instant is in one, unless another has it', () => {
    const spans = fc.array(
      fc.tuple(fc.nat(20), fc.nat(10)).map(([from, length]): Span => ({ from, to: from + length })),
      { maxLength: 5 },
    );
    const has = (all: readonly Span[], at: number): number =>
      all.filter(({ from, to }) => from <= at && at < to).length;
    fc.assert(
      fc.property(spans, (others) => {
        const left = outside({ from: 5, to: 25 }, others);
        for (let at = 0; at < 40; at++) expect(has(left, at)).toBe(at >= 5 && at < 25 && has(others, at) === 0 ? 1 : 0);
      }),
    );
  });
});
