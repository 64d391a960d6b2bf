import { expect, test } from 'vitest';
import { Ladder } from './ladder.ts';
import { faults } from './table.ts';

const taken = (ladder: Ladder, times: readonly number[]) =>
  times.map((at) => {
    const step = ladder.climb(at);
    return step && `${step.action} ${step.waitMs}`;
  });

test('a window that will not live is opened again at once, then ever later, and at once again after a good minute', () => {
  const ladder = new Ladder(faults.window_ended);
  let now = 0;
  const waits = Array.from({ length: 12 }, () => {
    const { waitMs } = ladder.climb(now)!;
    now += waitMs + 2_000;
    return waitMs;
  });
  expect(waits).toEqual([50, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
  expect(ladder.climb(now + 60_000)!.waitMs).toBe(50);
});

test('steps are taken once each, and again only when the last has been taken for long enough', () => {
  const ladder = new Ladder(faults.decode_stalled);
  const hour = 3_600_000;
  expect(taken(ladder, [0, 10_000, 20_000, 30_000, hour])).toEqual([
    'remakeLayer 0',
    'reloadStage 0',
    'newWindow 0',
    null,
    null,
  ]);
  expect(taken(ladder, [20_000 + hour])).toEqual(['remakeLayer 0']);
});

test('what is right again begins anew', () => {
  const ladder = new Ladder(faults.stage_missing);
  expect(taken(ladder, [0, 30_000])).toEqual(['newWindow 30000', 'newWindow 60000']);
  ladder.reset();
  expect(taken(ladder, [31_000])).toEqual(['newWindow 30000']);
});

test('whatever is done again and again is bounded: never more than one restart in 30 s in the long run', () => {
  const restarts = ['newWindow', 'restartEngine', 'reloadStage', 'remakeLayer'];
  for (const [code, row] of Object.entries(faults)) {
    const last = row.steps.at(-1);
    // What a stage or its page sets off is bounded by the host, whose every new window is a `window_ended`.
    if (!last || !row.lastAgain || ['stage_silent', 'stage_gone', 'page_ended'].includes(code)) continue;
    if (restarts.includes(last.action)) expect(last.waitMs, code).toBeGreaterThanOrEqual(30_000);
  }
});
