import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cron, exceptions, instant, zones } from '../../test/lib/programmes.ts';
import { parseCron } from './cron.ts';
import { latestOpenings, nextRuns, openWindows } from './windows.ts';
import { dateOf, Zone } from './zone.ts';

const zone = 'Asia/Ho_Chi_Minh';
const at = (time: string): number => Date.parse(`2026-03-03T${time}+07:00`);
const hour = 3_600_000;

test('a window that opened before the range and is still open counts, whole', () => {
  const window = { cron: '0 8 * * *', durationMs: 4 * hour, validFrom: null, validTo: null };
  expect(openWindows(window, zone, at('11:59:59.999'), at('13:00'))).toEqual([
    { start: at('08:00'), end: at('12:00') },
  ]);
  expect(openWindows(window, zone, at('12:00'), at('13:00'))).toEqual([]);
});

test('windows of one expression may overlap', () => {
  const window = { cron: '0 * * * *', durationMs: 1.5 * hour, validFrom: null, validTo: null };
  expect(openWindows(window, zone, at('08:15'), at('08:20')).map((open) => open.start)).toEqual([
    at('07:00'),
    at('08:00'),
  ]);
});

test('validity clips a window at both ends', () => {
  const window = { cron: '0 8 * * *', durationMs: 4 * hour, validFrom: at('09:00'), validTo: at('10:30') };
  expect(openWindows(window, zone, at('00:00'), at('23:00'))).toEqual([{ start: at('09:00'), end: at('10:30') }]);
  expect(openWindows(window, zone, at('10:30'), at('11:00'))).toEqual([]);
  expect(openWindows(window, zone, at('08:00'), at('09:00'))).toEqual([]);
});

test('a range shows exactly the openings that touch it', () => {
  fc.assert(
    fc.property(
      cron,
      fc.constantFrom(...zones),
      instant,
      fc.integer({ min: 60_000, max: 3 * 86_400_000 }),
      (expression, place, from, durationMs) => {
        const window = { cron: expression, durationMs, validFrom: null, validTo: null };
        const wide = openWindows(window, place, from - durationMs - hour, from + 6 * hour);
        const narrow = openWindows(window, place, from, from + 2 * hour);
        expect(narrow).toEqual(wide.filter((open) => open.start < from + 2 * hour && open.end > from));
      },
    ),
  );
});

test('of openings that overlap the latest decides', () => {
  fc.assert(
    fc.property(
      cron,
      fc.constantFrom(...zones),
      instant,
      fc.integer({ min: 60_000, max: 3 * 86_400_000 }),
      fc.tuple(fc.boolean(), fc.integer({ min: -5, max: 3 }), fc.integer({ min: 1, max: 9 })),
      (expression, place, from, durationMs, [bounded, opens, length]) => {
        const validFrom = bounded ? from + opens * hour : null;
        const validTo = bounded ? from + (opens + length) * hour + 1 : null;
        const window = { cron: expression, durationMs, validFrom, validTo };
        const to = from + 6 * hour;
        const all = openWindows(window, place, from, to);
        const latest = latestOpenings(window, new Zone(place), from, to, parseCron(expression));
        const instants = [...all, ...latest].flatMap(({ start, end }) => [start - 1, start, end - 1, end]);
        for (const t of [from, to - 1, ...instants].filter((each) => each >= from && each < to)) {
          const holding = (open: { start: number; end: number }) => open.start <= t && t < open.end;
          expect(latest.filter(holding).map(({ start }) => start)).toEqual(
            all
              .filter(holding)
              .map(({ start }) => start)
              .slice(-1),
          );
        }
      },
    ),
  );
});

test('a day that is an exception opens nothing, or once at its own time; what began before goes on', () => {
  const window = {
    cron: '0 8,20 * * *',
    durationMs: 6 * hour,
    validFrom: null,
    validTo: null,
    exceptions: [
      { date: '2026-03-03', instead: null },
      { date: '2026-03-04', instead: { minute: 9 * 60 + 30, durationMs: hour } },
    ],
  };
  const opened = openWindows(window, zone, at('00:00'), at('23:59') + 26 * hour).map(({ start, end }) => [
    new Date(start + 7 * hour).toISOString().slice(5, 16),
    (end - start) / hour,
  ]);
  expect(opened).toEqual([
    ['03-02T20:00', 6],
    ['03-04T09:30', 1],
  ]);
});

test('with exceptions the other days open as without', () => {
  fc.assert(
    fc.property(
      cron,
      fc.constantFrom(...zones),
      instant,
      fc.integer({ min: 60_000, max: 3 * 86_400_000 }),
      exceptions,
      (expression, place, from, durationMs, days) => {
        const plain = { cron: expression, durationMs, validFrom: null, validTo: null };
        const window = { ...plain, exceptions: days };
        const to = from + 48 * hour;
        const excepted = new Set(days.map(({ date }) => date));
        const isExcepted = ({ start }: { start: number }) => excepted.has(dateOf(place, start));
        const all = openWindows(window, place, from, to);
        expect(all.filter((open) => !isExcepted(open))).toEqual(
          openWindows(plain, place, from, to).filter((open) => !isExcepted(open)),
        );
        const latest = latestOpenings(window, new Zone(place), from, to, parseCron(expression));
        for (const t of all.flatMap(({ start, end }) => [start, end - 1]).filter((each) => each >= from && each < to)) {
          const holding = (open: { start: number; end: number }) => open.start <= t && t < open.end;
          const lastOf = (some: readonly { start: number; end: number }[]) =>
            Math.max(...some.filter(holding).map(({ start }) => start));
          expect(lastOf(latest)).toBe(lastOf(all));
        }
      },
    ),
  );
});

test('a window that opens every minute for a week is found without its week of starts', () => {
  const often = parseCron('* * * * *');
  let asked = 0;
  const counted = {
    ...often,
    starts: (where: Zone, from: number, to: number) => {
      asked += to - from;
      return often.starts(where, from, to);
    },
  };
  const window = { cron: '* * * * *', durationMs: 7 * 24 * hour, validFrom: null, validTo: null };
  expect(latestOpenings(window, new Zone(zone), at('00:00'), at('08:00'), counted as typeof often)).toHaveLength(480);
  expect(asked).toBeLessThan(10 * hour);
});

test('next runs open windows', () => {
  fc.assert(
    fc.property(cron, fc.constantFrom(...zones), instant, (expression, place, from) => {
      const window = { cron: expression, durationMs: 60_000, validFrom: null, validTo: null };
      for (const run of nextRuns(expression, place, from, 2)) {
        expect(openWindows(window, place, run, run + 1)).toContainEqual({ start: run, end: run + 60_000 });
      }
    }),
    { numRuns: 30 },
  );
});
