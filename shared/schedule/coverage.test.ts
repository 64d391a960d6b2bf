import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyProgramme, instant, noticeOf, playlistOf, programmeOf, testId } from '../../test/lib/programmes.ts';
import type { EntryPart } from '../protocol/programme.ts';
import { addStretch, createCoverage } from './coverage.ts';
import { timeline } from './timeline.ts';

const hour = 3_600_000;
const at = (time: string): number => Date.parse(`2026-03-03T${time}+07:00`);
const entry = (n: number, list: number, cron: string, hours: number, priority = 50): EntryPart => ({
  kind: 'entry',
  entryId: testId(3, n),
  playlistId: testId(2, list),
  priority,
  cron,
  durationMs: hours * hour,
  validFrom: null,
  validTo: null,
});

describe('coverage', () => {
  test('says who wins, who is hidden, who has nothing to play, and when nothing is left', () => {
    const programme = programmeOf('Asia/Ho_Chi_Minh', null, [
      noticeOf(1, 60_000),
      playlistOf(1, [1]),
      playlistOf(2, []),
      entry(1, 1, '0 6 * * *', 4),
      entry(2, 1, '0 7 * * *', 1, 90),
      entry(3, 2, '0 8 * * *', 1, 90),
    ]);
    const by = (n: number) => ({ kind: 'schedule', id: testId(3, n) });
    const rest = { hidden: [], empty: [], obliged: false };
    expect(createCoverage(programme)(at('05:00'), at('11:00'))).toEqual([
      { start: at('05:00'), end: at('06:00'), by: { kind: 'fallback', id: null }, ...rest },
      { start: at('06:00'), end: at('07:00'), by: by(1), ...rest },
      { start: at('07:00'), end: at('08:00'), by: by(2), ...rest, hidden: [testId(3, 1)] },
      { start: at('08:00'), end: at('09:00'), by: by(1), ...rest, empty: [testId(3, 3)] },
      { start: at('09:00'), end: at('10:00'), by: by(1), ...rest },
      { start: at('10:00'), end: at('11:00'), by: { kind: 'fallback', id: null }, ...rest },
    ]);
  });

  test('worked out piece by piece is the same', () => {
    fc.assert(
      fc.property(anyProgramme, instant, fc.integer({ min: 1, max: 60 }), (programme, from, hours) => {
        const coverage = createCoverage(programme);
        const whole = createCoverage(programme)(from, from + hours * hour);
        const pieces: typeof whole = [];
        for (let at = 0; at < hours; at += 7)
          for (const each of coverage(from + at * hour, from + Math.min(hours, at + 7) * hour))
            addStretch(pieces, each);
        expect(pieces).toEqual(whole);
      }),
    );
  });

  test('of any programme is without gap, and agrees with what the timeline plays', () => {
    fc.assert(
      fc.property(anyProgramme, instant, fc.integer({ min: 1, max: 60 }), (programme, from, hours) => {
        const to = from + hours * hour;
        const stretches = createCoverage(programme)(from, to);
        expect(stretches[0]!.start).toBe(from);
        expect(stretches.at(-1)!.end).toBe(to);
        stretches.slice(1).forEach((stretch, i) => expect(stretch.start).toBe(stretches[i]!.end));
        for (const { start, end, by, hidden, empty, obliged } of stretches) {
          expect([...hidden, ...empty]).not.toContain(by.id);
          for (const t of [start, Math.floor((start + end) / 2), end - 1]) {
            const { why } = timeline(programme, [], t, t + 1)[0]!;
            if (why.kind === 'obligation') expect(obliged).toBe(true);
            else expect(why).toEqual(by);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
