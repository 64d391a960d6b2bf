import { Cron } from 'croner';
import { Temporal } from 'temporal-polyfill';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyProgramme,
  instant,
  noticeOf,
  playlistOf,
  programmeOf,
  takeoverOf,
  takeoversAround,
  testId,
} from '../../test/lib/programmes.ts';
import type { Programme } from '../protocol/programme.ts';
import type { Takeover } from '../protocol/takeover.ts';
import { createTimeline, timeline } from './timeline.ts';
import type { Slot } from './types.ts';

const hour = 3_600_000;
const situation = fc.tuple(anyProgramme, instant).chain(([programme, from]) =>
  fc.record({
    programme: fc.constant(programme),
    takeovers: takeoversAround(from),
    from: fc.constant(from),
    length: fc.integer({ min: 1, max: 8 * hour }),
  }),
);

const touching = (slots: readonly Slot[], from: number, to: number): Slot[] =>
  slots.filter((slot) => slot.end > from && slot.start < to);

const suspended = situation.chain((given) =>
  fc
    .record({
      ...Object.fromEntries(Object.entries(given).map(([key, value]) => [key, fc.constant(value)])),
      suspensions: fc.array(
        fc
          .record({
            after: fc.integer({ min: -30 * hour, max: 8 * hour }),
            length: fc.integer({ min: 1, max: 40 * hour }),
            notices: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
          })
          .map(({ after, length, notices }) => ({
            from: given.from + after,
            to: given.from + after + length,
            noticeIds: notices.map((n) => testId(1, n)),
          })),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ suspensions }) => ({ ...given, suspensions })),
);

describe('suspended notices', () => {
  test('are never on while they are suspended, and nothing is left blank', () => {
    fc.assert(
      fc.property(suspended, ({ programme, takeovers, from, length, suspensions }) => {
        const slots = timeline({ ...programme, suspensions }, takeovers, from, from + length);
        slots.forEach((slot, i) => {
          if (i > 0) expect(slot.start).toBe(slots[i - 1]!.end);
          for (const { from: begin, to, noticeIds } of suspensions)
            if (slot.noticeId !== null && noticeIds.includes(slot.noticeId))
              expect(slot.end <= begin || slot.start >= to).toBe(true);
        });
      }),
      { numRuns: 150 },
    );
  });

  test('change nothing on the days that a suspension does not come near', () => {
    fc.assert(
      fc.property(suspended, ({ programme, takeovers, from, length, suspensions }) => {
        const far = suspensions.map((one) => ({ ...one, from: one.from + 200 * hour, to: one.to + 200 * hour }));
        const before = suspensions.map((one) => ({ ...one, from: one.from - 200 * hour, to: one.to - 200 * hour }));
        const plain = timeline(programme, takeovers, from, from + length);
        expect(timeline({ ...programme, suspensions: far }, takeovers, from, from + length)).toEqual(plain);
        expect(timeline({ ...programme, suspensions: before }, takeovers, from, from + length)).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });
});

describe('any programme', () => {
  test('is covered without gap or overlap, and no slot is longer than planned', () => {
    fc.assert(
      fc.property(situation, ({ programme, takeovers, from, length }) => {
        const slots = timeline(programme, takeovers, from, from + length);
        expect(slots[0]!.start).toBeLessThanOrEqual(from);
        expect(slots[0]!.end).toBeGreaterThan(from);
        expect(slots.at(-1)!.end).toBeGreaterThanOrEqual(from + length);
        slots.forEach((slot, i) => {
          if (i > 0) expect(slot.start).toBe(slots[i - 1]!.end);
          expect(slot.end).toBeGreaterThan(slot.start);
          expect(slot.offsetMs + slot.end - slot.start).toBeLessThanOrEqual(slot.plannedMs);
          expect([slot.noticeId, slot.takeoverId].filter((id) => id !== null)).toHaveLength(
            slot.why.kind === 'fallback' ? 0 : 1,
          );
          if (slot.noticeId !== null) expect(programme.notices.has(slot.noticeId)).toBe(true);
        });
      }),
      { numRuns: 150 },
    );
  });

  test('plays the same whatever range is asked for, and one at a time', () => {
    fc.assert(
      fc.property(
        situation,
        fc.integer({ min: 0, max: 30 * hour }),
        ({ programme, takeovers, from, length }, earlier) => {
          const expected = timeline(programme, takeovers, from, from + length);
          expect(touching(timeline(programme, takeovers, from - earlier, from + length), from, from + length)).toEqual(
            expected,
          );
          const line = createTimeline(programme);
          const lazily: Slot[] = [];
          for (const slot of line.slotsFrom(takeovers, from)) {
            if (slot.start >= from + length) break;
            lazily.push(slot);
          }
          expect(lazily).toEqual(expected);
          expect(line.slotAt(takeovers, from)).toEqual(expected[0]);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('does not depend on the order of its parts or takeovers', () => {
    fc.assert(
      fc.property(situation, ({ programme, takeovers, from, length }) => {
        const turned: Programme = {
          ...programme,
          entries: programme.entries.toReversed(),
          obligations: programme.obligations.toReversed(),
          notices: new Map([...programme.notices].reverse()),
          playlists: new Map([...programme.playlists].reverse()),
        };
        expect(timeline(turned, takeovers.toReversed(), from, from + length)).toEqual(
          timeline(programme, takeovers, from, from + length),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('shows at every instant who wins by the rules', () => {
    fc.assert(
      fc.property(
        situation,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ programme, takeovers, from, length }, share) => {
          const at = from + Math.floor(share * (length - 1));
          const { why } = timeline(programme, takeovers, at, at + 1)[0]!;
          const top = topTakeovers(takeovers, at);
          if (top.length > 0) {
            expect(why.kind).toBe('takeover');
            expect(top).toContain(why.id);
          } else if (why.kind === 'obligation') {
            expect(
              openStart(
                programme.obligations.find((o) => o.obligationId === why.id)!,
                programme.zone,
                at,
              ),
            ).not.toBeNull();
          } else {
            const winner = winnerAt(programme, at);
            // Obligations alone take turns in the fallback's place.
            expect(why).toEqual(winner);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** The rules once more, an instant at a time and as plainly as possible. */
function winnerAt(programme: Programme, at: number): Slot['why'] {
  const playable = (id: string | null): boolean =>
    Boolean(
      id !== null &&
      programme.playlists
        .get(id)
        ?.items.some(
          (item) =>
            programme.notices.has(item.noticeId) && (item.validFrom ?? 0) <= at && at < (item.validTo ?? Infinity),
        ),
    );
  const open = programme.entries
    .flatMap((entry) => {
      const start = openStart(entry, programme.zone, at);
      return start !== null && playable(entry.playlistId) ? [{ entry, start }] : [];
    })
    .sort(
      (a, b) =>
        b.entry.priority - a.entry.priority || b.start - a.start || (a.entry.entryId < b.entry.entryId ? -1 : 1),
    );
  if (open[0]) return { kind: 'schedule', id: open[0].entry.entryId };
  return playable(programme.defaultPlaylistId)
    ? { kind: 'loop', id: programme.defaultPlaylistId }
    : { kind: 'fallback', id: null };
}

/** When the window that is open at an instant opened; the last one where several are. */
function openStart(
  window: Programme['entries'][number] | Programme['obligations'][number],
  zone: string,
  at: number,
): number | null {
  if (at < (window.validFrom ?? 0) || at >= (window.validTo ?? Infinity)) return null;
  const exceptions = 'exceptions' in window ? (window.exceptions ?? []) : [];
  const localDate = (run: Date): string =>
    Temporal.Instant.from(run.toISOString()).toZonedDateTimeISO(zone).toPlainDate().toString();
  const starts: number[] = [];
  const look = (cron: string, durationMs: number, counts: (date: string) => boolean): void => {
    const job = new Cron(cron, { mode: '5-part', timezone: zone });
    for (let run = job.nextRun(new Date(at - durationMs)); run && run.getTime() <= at; run = job.nextRun(run))
      if (counts(localDate(run))) starts.push(run.getTime());
  };
  look(window.cron, window.durationMs, (date) => !exceptions.some((day) => day.date === date));
  for (const { date, instead } of exceptions) {
    if (instead === null) continue;
    const [, month, day] = date.split('-').map(Number);
    const cron = `${instead.minute % 60} ${Math.floor(instead.minute / 60)} ${day} ${month} *`;
    look(cron, instead.durationMs, (on) => on === date);
  }
  return starts.length === 0 ? null : Math.max(...starts, window.validFrom ?? 0);
}

function topTakeovers(takeovers: readonly Takeover[], at: number): string[] {
  const active = takeovers.filter((t) => t.startsAt <= at && at < t.expiresAt);
  const real = active.filter((t) => t.status === 'actual');
  const ranked = real.length > 0 ? real : active;
  const level = Math.max(...ranked.map((t) => t.content.level));
  return ranked.filter((t) => t.content.level === level).map((t) => t.takeoverId);
}

describe('takeovers', () => {
  const programme = programmeOf('Asia/Ho_Chi_Minh', testId(2, 1), [noticeOf(1, 60_000), playlistOf(1, [1])]);

  test('equals take turns of 15 s and share the time', () => {
    const from = Date.parse('2026-03-03T08:00:00+07:00');
    const takeovers = [1, 2, 3].map((n) => takeoverOf(n, { startsAt: from, expiresAt: from + hour }));
    const slots = timeline(programme, takeovers, from, from + 90_000);
    expect(slots.map((slot) => slot.end - slot.start)).toEqual(Array(6).fill(15_000));
    expect(new Set(slots.slice(0, 3).map((slot) => slot.takeoverId)).size).toBe(3);
    expect(slots.slice(3).map((slot) => slot.takeoverId)).toEqual(slots.slice(0, 3).map((slot) => slot.takeoverId));
  });

  test('the schedule goes on under a takeover as if it had not been', () => {
    fc.assert(
      fc.property(situation, ({ programme: any, takeovers, from, length }) => {
        const without = timeline(any, [], from, from + length);
        for (const slot of timeline(any, takeovers, from, from + length)) {
          if (slot.takeoverId !== null) continue;
          const whole = without.find((other) => other.start <= slot.start && slot.start < other.end)!;
          expect(slot).toEqual({ ...whole, start: slot.start, end: slot.end, offsetMs: slot.start - whole.start });
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('a play that a board makes up lies over the schedule and under takeovers, and the schedule goes on beneath it', () => {
  fc.assert(
    fc.property(
      situation,
      fc.integer({ min: 1_000, max: 60_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (given, ms, share) => {
        const { programme, takeovers, from, length } = given;
        const line = createTimeline(programme);
        const start = line.slotAt(takeovers, from).end;
        const whole = { start, end: start + ms, plannedMs: ms, offsetMs: 0, noticeId: testId(1, 99), takeoverId: null };
        const madeUp: Slot = { ...whole, why: { kind: 'obligation', id: testId(4, 99) } };
        const at = from + Math.floor(share * length);
        const [slot, plain] = [line.slotAt(takeovers, at, madeUp), line.slotAt(takeovers, at)];
        const isIn = madeUp.start <= at && at < madeUp.end && plain.takeoverId === null;
        expect(slot.why.id === testId(4, 99)).toBe(isIn);
        expect(slot.start <= at && at < slot.end).toBe(true);
        if (isIn) return;
        expect(slot.offsetMs - slot.start).toBe(plain.offsetMs - plain.start);
        expect([slot.why, slot.plannedMs, slot.noticeId]).toEqual([plain.why, plain.plannedMs, plain.noticeId]);
      },
    ),
    { numRuns: 100 },
  );
});
