import { expect, test } from 'vitest';
import { differences, quantile } from './in-step.ts';
import type { Change } from './watcher.ts';

const came = (display: number, at: number, item: number, frame = 0): Change => ({
  display,
  at,
  after: at - 3,
  what: { kind: 'mark', item, frame },
});

/** Three items of a second each, for half a minute, on a display that is late by so much. */
const rounds = (display: number, lateMs: (n: number) => number): Change[] =>
  Array.from({ length: 30 }, (_, n) =>
    [0, 500].map((ms) => came(display, n * 1_000 + ms + lateMs(n), n % 3, ms)).slice(0, 2),
  ).flat();

test('two displays are apart by as much as the one is late or early', () => {
  const changes = [...rounds(0, () => 0), ...rounds(1, (n) => (n % 2 ? 40 : -10))];
  const apart = differences(changes, 1_500);
  expect(apart.length).toBeGreaterThan(20);
  expect([Math.min(...apart), Math.max(...apart)]).toEqual([10, 40]);
});

test('an item that comes to one display alone counts as far away', () => {
  const changes = [...rounds(0, () => 0), ...rounds(1, () => 0).filter(({ at }) => at < 9_000 || at > 9_600)];
  expect(Math.max(...differences(changes, 1_500))).toBe(1_500);
});

test('a quantile is a value that was measured', () => {
  expect(quantile([5, 1, 3, 2, 4], 0.99)).toBe(5);
  expect(quantile([5, 1, 3, 2, 4], 0.5)).toBe(3);
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});
