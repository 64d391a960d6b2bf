import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Live } from '../../lib/live.svelte.ts';
import { watchStatus } from './status-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** @param answers of the watches, one after the other */
function start(...answers: (Record<string, never> | null)[]) {
  const asked: string[] = [];
  const load = vi.fn(() => void asked.push('load'));
  const ask = vi.fn((name: string) => {
    asked.push(name);
    return Promise.resolve(name === 'watchBoardV1' ? answers.shift()! : {});
  });
  return { asked, load, end: watchStatus({ ask } as unknown as Pick<Live, 'ask'>, 'b1', load) };
}

it('loads once, after it is watched', async () => {
  const { asked } = start({});
  expect(asked).toEqual(['watchBoardV1']);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toEqual(['watchBoardV1', 'load']);
});

it('asks again, and loads, while the CMS does not take the watch', async () => {
  const { asked } = start(null, {});
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toEqual(['watchBoardV1', 'load', 'watchBoardV1', 'load']);
});

it('loads nothing once it has ended', async () => {
  const early = start({});
  early.end();
  const late = start(null);
  await vi.advanceTimersByTimeAsync(0);
  late.end();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(early.asked).toEqual(['watchBoardV1', 'unwatchBoardV1']);
  expect(late.asked).toEqual(['watchBoardV1', 'load', 'unwatchBoardV1']);
});
