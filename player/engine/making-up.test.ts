/** A board in simulated time: its programmes come at any instant, its power, alerts and cuts come and go. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noticeOf, playlistOf, programmeOf, takeoverOf, testId } from '../../test/lib/programmes.ts';
import { Plan } from '../../shared/director/targets.ts';
import type { PlayBody } from '../../shared/protocol/journal.ts';
import type { ObligationPart, Programme } from '../../shared/protocol/programme.ts';
import type { Takeover } from '../../shared/protocol/takeover.ts';
import { obligationLoad } from '../../shared/schedule/obligations.ts';
import { createTimeline } from '../../shared/schedule/timeline.ts';
import type { Slot } from '../../shared/schedule/types.ts';
import { MakingUp, rememberedMs } from './making-up.ts';
import { withoutContent } from './orders.ts';

const minute = 60_000;
const hour = 60 * minute;
const six = Date.parse('2026-11-22T06:00:00+07:00');

interface Span {
  readonly from: number;
  readonly to: number;
}
interface Story {
  /** The first from the beginning on. */
  readonly programmes: readonly { readonly at: number; readonly programme: Programme }[];
  readonly off?: readonly Span[];
  readonly cut?: readonly Span[];
  readonly alerts?: readonly Span[];
  /** What the journal holds beside the plays of this story. */
  readonly journal?: readonly PlayBody[];
  readonly until: number;
}

interface Open {
  readonly key: string;
  slot: Slot;
  readonly start: number;
}

const holds = (spans: readonly Span[] | undefined, at: number): boolean =>
  spans?.some(({ from, to }) => from <= at && at < to) ?? false;

const stands =
  (at: number) =>
  ({ startsAt, expiresAt }: Takeover): boolean =>
    startsAt <= at && at < expiresAt;

/** Runs a board from six o'clock. @returns its plays, in order */
function run({ programmes, off, cut, alerts, journal = [], until }: Story): PlayBody[] {
  const takeovers = (alerts ?? []).map(({ from, to }, n) => takeoverOf(n + 1, { startsAt: from, expiresAt: to }));
  const published = programmes.map(({ at, programme }) => ({ at, programme, bare: withoutContent(programme) }));
  const events = [off, cut, alerts].flatMap((spans) => (spans ?? []).flatMap(({ from, to }) => [from, to]));
  events.push(...programmes.map(({ at }) => at), until);
  events.sort((a, b) => a - b);
  const plays: PlayBody[] = [];
  let making: MakingUp | null = null;
  let open = null as Open | null;
  let plan = new Plan(null, [], null);
  const body = ({ slot, start }: Open, end: number, interrupted = false): PlayBody => ({
    ...{ type: 'playEnded', start, paintedMs: end - start, noticeId: slot.noticeId, noticeHash: null, asset: null },
    ...{ takeoverId: slot.takeoverId, why: slot.why, host: 'chromium', programme: null },
    outcome: interrupted ? 'interrupted' : end - start >= slot.plannedMs ? 'completed' : 'cut',
  });
  for (let t = six; t < until;) {
    const event = events.find((at) => at > t)!;
    if (holds(off, t)) {
      if (open) plays.push(body(open, t, true));
      open = null;
      making = null;
      plan = new Plan(null, [], null);
      t = event;
      continue;
    }
    making ??= new MakingUp([...journal, ...plays].filter(({ start }) => start >= t - rememberedMs));
    const newest = published.findLast(({ at }) => at <= t)!;
    const programme = holds(cut, t) ? newest.bare : newest.programme;
    const before = plan;
    plan = new Plan(programme, takeovers.filter(stands(t)), before, making.standing(programme));
    // As the director with `endsItems`.
    const isNew = before.programme !== programme;
    if (isNew && open && open.slot.noticeId !== null) plan.letEnd(before.targetOf(open.slot)!, t);
    const slot = plan.slotAt(t)!;
    const key = `${slot.start} ${slot.plannedMs} ${slot.why.id}`;
    // As the director: what is on until then ends when the next has painted, a little later than its slot.
    const situation = { programme, takeovers, slot, dark: false, cut: holds(cut, t), now: t };
    making.next({ ...situation, openPlay: open && body(open, t) });
    if (open && open.key !== key) {
      const ended = body(open, t);
      plays.push(ended);
      making.note(ended);
    }
    if (open?.key !== key) open = { key, slot, start: t };
    else open.slot = slot;
    making.next({ ...situation, openPlay: body(open, t) });
    t = Math.min(slot.end, event);
  }
  if (open) plays.push(body(open, until));
  return plays;
}

const obliged = (n: number, perHour: number, fields: Partial<ObligationPart> = {}): ObligationPart => ({
  ...{ kind: 'obligation', obligationId: testId(4, n), noticeId: testId(1, 100 + n), perHour, order: n },
  ...{ cron: '0 0 * * *', durationMs: 24 * hour, validFrom: null, validTo: null, ...fields },
});

function made(items: readonly number[], required: readonly { perHour: number; lengthMs: number }[]): Programme {
  return programmeOf('Asia/Ho_Chi_Minh', testId(2, 1), [
    ...items.map((ms, n) => noticeOf(n, ms)),
    ...required.map(({ lengthMs }, n) => noticeOf(100 + n, lengthMs)),
    playlistOf(
      1,
      items.map((_, n) => n),
    ),
    ...required.map(({ perHour }, n) => obliged(n, perHour)),
  ]);
}

/** When an obligation began to be seen, ms after six; three quarters of its length are enough. */
const startsOf = (plays: readonly PlayBody[], n = 0, lengthMs = 20_000): number[] =>
  plays
    .filter(({ why, paintedMs }) => why.id === testId(4, n) && paintedMs >= 0.75 * lengthMs)
    .map(({ start }) => start - six);
const inHour = (starts: readonly number[], from: number): number =>
  starts.filter((start) => start >= from && start < from + hour).length;

/** Six times an hour, due at the full ten minutes, over items of 20 s. */
const sixAnHour = made([20_000, 20_000], [{ perHour: 6, lengthMs: 20_000 }]);
const always = [{ at: six, programme: sixAnHour }];
const span = (fromMinute: number, toMinute: number): Span => ({
  from: six + fromMinute * minute,
  to: six + toMinute * minute,
});

describe('what a board missed', () => {
  test('is nothing where nothing happened: it plays what the timeline has', () => {
    const plays = run({ programmes: always, until: six + 3 * hour });
    const slots = createTimeline(sixAnHour).slots([], six, six + 3 * hour);
    expect(plays.map(({ start, why }) => [start, why.id])).toEqual(slots.map(({ start, why }) => [start, why.id]));
  });

  test('in a restart comes at the end of an item, and then all is as before', () => {
    const plays = run({ programmes: always, off: [span(19.5, 20.7)], until: six + 2 * hour });
    const starts = startsOf(plays);
    expect(starts.slice(0, 4).map((at) => Math.round(at / minute))).toEqual([0, 10, 21, 30]);
    expect([inHour(starts, 0), inHour(starts, hour)]).toEqual([6, 6]);
    // From the end of what it made up on the board is in step with its neighbour again.
    const slots = createTimeline(sixAnHour).slots([], six + 25 * minute, six + 2 * hour - 1);
    const after = plays.filter(({ start }) => start >= slots[0]!.start);
    expect(after.map(({ start }) => start)).toEqual(slots.map(({ start }) => start));
  });

  test('is made up though its journal holds a play of a time that is yet to come', () => {
    const [play] = run({ programmes: always, until: six + minute }).filter(({ why }) => why.id === testId(4, 0));
    const year = 365 * 24 * hour;
    const starts = startsOf(
      run({
        ...{ programmes: always, off: [span(19.5, 20.7)], until: six + hour },
        journal: [{ ...play!, start: six + year }],
      }),
    );
    expect(inHour(starts, 0)).toBe(6);
  });

  test('in an alert, a cut or hours without power is spread over what is left of the hour, and ends with it', () => {
    const away = [span(5, 35)];
    for (const story of [{ alerts: away }, { cut: away }, { off: away }]) {
      const starts = startsOf(run({ programmes: always, ...story, until: six + 2 * hour }));
      const late = starts.filter((at) => at >= 35 * minute && at < hour);
      // 06:40 and 06:50 as always, and once more around each of them.
      expect(late.length).toBe(5);
      for (const [i, at] of late.slice(1).entries()) expect(at - late[i]!).toBeGreaterThan(75_000);
      expect(inHour(starts, hour)).toBe(6);
    }
  });

  test('of an obligation that comes in the middle of an hour is shown at once', () => {
    const before = made([20_000, 20_000], []);
    const starts = startsOf(
      run({
        programmes: [
          { at: six, programme: before },
          { at: six + 33 * minute, programme: sixAnHour },
        ],
        until: six + hour,
      }),
    );
    expect(starts[0]).toBeLessThanOrEqual(33 * minute + 20_000);
    // It was not asked for before: 06:40 and 06:50 as always, and nothing beside them.
    expect(starts.map((at) => Math.floor(at / minute))).toEqual([33, 40, 50]);
  });

  test('of an obligation that comes just before it falls due anyway is not shown once more after it', () => {
    const starts = startsOf(
      run({
        programmes: [
          { at: six, programme: made([20_000, 20_000], []) },
          { at: six + 39.5 * minute, programme: sixAnHour },
        ],
        until: six + hour,
      }),
    );
    expect(starts.map((at) => Math.floor(at / minute))).toEqual([40, 50]);
  });

  test('leaves what it lies over for what is left of it, and does not begin that again', () => {
    const making = new MakingUp([]);
    const long = made([60_000], [{ perHour: 6, lengthMs: 20_000 }]);
    const timeline = createTimeline(long);
    const slot = timeline.slotAt([], six + 22 * minute);
    const at = { programme: long, takeovers: [], openPlay: null, dark: false, cut: false };
    const madeUp = making.next({ ...at, slot, now: slot.start })!;
    expect(madeUp.start).toBe(slot.end);
    making.next({ ...at, slot: madeUp, now: madeUp.start });
    const rest = timeline.slotAt([], madeUp.end, madeUp);
    expect(rest).toMatchObject({ start: madeUp.end, offsetMs: 20_000 });
    making.note({
      ...{ type: 'playEnded', start: madeUp.start, paintedMs: 20_000, noticeId: madeUp.noticeId, noticeHash: null },
      ...{ asset: null, takeoverId: null, why: madeUp.why, outcome: 'completed', host: 'chromium', programme: null },
    });
    expect(making.next({ ...at, slot: rest, now: rest.start + 50 })).toBe(madeUp);
    expect(making.standing(long)).toBe(madeUp);
    const after = timeline.slotAt([], rest.end, madeUp);
    expect(making.next({ ...at, slot: after, now: after.start })).not.toBe(madeUp);
  });

  test('waits for the end of an item behind which more than a flash of one is left, where there is one', () => {
    const required = [{ perHour: 6, lengthMs: 33_000 }];
    const story = { off: [span(19.5, 21.9)], until: six + hour };
    const flashes = (items: number[]) => {
      const plays = run({ programmes: [{ at: six, programme: made(items, required) }], ...story });
      // What began in a restart began where the timeline was.
      const after = plays.filter(({ start }) => start > six + 22 * minute && start < six + 59 * minute);
      return {
        shown: inHour(startsOf(plays, 0, 33_000), 0),
        cut: after.filter(({ outcome, paintedMs }) => outcome === 'cut' && paintedMs < 10_000).length,
      };
    };
    // Behind an item of 60 s the play leaves 2 s of the next, behind one of 35 s 47 s of the one after.
    expect(flashes([60_000, 35_000, 20_000])).toEqual({ shown: 6, cut: 0 });
    // One second of each is left wherever it begins: it is shown all the same.
    expect(flashes([34_000])).toEqual({ shown: 6, cut: 1 });
  });

  test('is not shown where nobody would see it, nor again where it cannot be shown', () => {
    const making = new MakingUp([]);
    const timeline = createTimeline(sixAnHour);
    const slot = timeline.slotAt([], six + 22 * minute);
    const at = { programme: sixAnHour, takeovers: [], slot, openPlay: null, cut: false, now: slot.start };
    expect(making.next({ ...at, dark: true })).toBeNull();
    expect(making.next({ ...at, dark: false })).toMatchObject({ start: slot.end, why: { id: testId(4, 0) } });
    for (const n of [0, 1, 2])
      making.note({
        ...{
          type: 'playEnded',
          start: six + n * 10 * minute,
          paintedMs: 0,
          noticeId: null,
          noticeHash: null,
          asset: null,
        },
        ...{ takeoverId: null, why: { kind: 'obligation', id: testId(4, 0) }, outcome: 'failed', host: 'chromium' },
        programme: null,
      });
    expect(making.next({ ...at, dark: false })).toBeNull();
  });
});

test('the item that is on when something is published comes to its end here as it does on a board', () => {
  const next = made([30_000, 25_000], []);
  const plays = run({
    programmes: [
      { at: six, programme: made([30_000], []) },
      { at: six + 15_000, programme: next },
    ],
    until: six + minute,
  });
  expect(plays[0]).toMatchObject({ start: six, paintedMs: 30_000, outcome: 'completed' });
});

describe('whatever is published, and whenever the power goes', () => {
  const seconds = (min: number, max: number) => fc.integer({ min: min * 1000, max: max * 1000 });
  const required = fc.array(fc.record({ perHour: fc.integer({ min: 1, max: 12 }), lengthMs: seconds(5, 30) }), {
    minLength: 1,
    maxLength: 4,
  });
  const publications = fc.array(
    fc.record({
      after: fc.integer({ min: 0, max: 4 * hour }),
      items: fc.array(seconds(10, 60), { minLength: 1, maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const spans = fc.array(
    fc.record({ after: fc.integer({ min: 0, max: 4 * hour }), ms: fc.integer({ min: 1000, max: 50 * minute }) }),
    { maxLength: 3 },
  );
  const until = six + 4 * hour;

  test('every hour in which a board was free holds what is asked for, and no gap is longer than two periods', () => {
    fc.assert(
      fc.property(required, publications, spans, spans, spans, (asked, published, off, cut, alerts) => {
        const programmes = published
          .map(({ after, items }, i) => ({ at: i === 0 ? six : six + after, programme: made(items, asked) }))
          .sort((a, b) => a.at - b.at);
        fc.pre(programmes.every(({ programme }) => obligationLoad(programme).guaranteed));
        const spansOf = (list: readonly { after: number; ms: number }[]): Span[] =>
          list.map(({ after, ms }) => ({ from: six + after, to: six + after + ms }));
        const away = { off: spansOf(off), cut: spansOf(cut), alerts: spansOf(alerts) };
        const plays = run({ programmes, ...away, until });
        const busy = Object.values(away).flat();
        for (const [n, { perHour, lengthMs }] of asked.entries()) {
          const starts = startsOf(plays, n, lengthMs);
          const period = hour / perHour;
          // What is lost is made up within two periods; in the last of an hour there may be no room for it.
          const room = Math.min(30 * minute, Math.max(2 * period, 10 * minute));
          for (let from = 0; from < 4 * hour; from += hour) {
            const last = from + hour - room;
            const disturbed =
              busy.some((one) => one.from < six + from + hour && one.to > six + from - minute) ||
              programmes.some(({ at }) => at > six + Math.max(from, last) && at < six + from + hour);
            if (!disturbed) expect(inHour(starts, from), `${n} from ${from / hour}`).toBeGreaterThanOrEqual(perHour);
          }
          for (const [i, at] of [...starts.slice(1), 4 * hour].entries()) {
            const since = starts[i]!;
            const free = !busy.some((one) => one.from < six + at && one.to > six + since);
            // Two periods, and how late a play may come.
            if (free) expect((at - since) / minute).toBeLessThanOrEqual((2 * period) / minute + 5);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
