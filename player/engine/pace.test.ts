import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

/** A clock that only waiting moves. */
function at(rate: () => number | null) {
  const clock = { now: 0 };
  const pace = new Pace({
    rate,
    monotonic: () => clock.now,
    wait: (ms) => Promise.resolve(void (clock.now += ms)),
  });
  const take = async (bytes: number, times = 1): Promise<number> => {
    const { now } = clock;
    for (let i = 0; i < times; i++) await pace.took(bytes, new AbortController().signal);
    return clock.now - now;
  };
  return { clock, take };
}

it('lets no more come than its rate, but for a second’s worth after a rest', async () => {
  const { clock, take } = at(() => 1_000);
  expect(await take(100, 10)).toBe(0);
  expect(await take(100, 100)).toBe(10_000);
  clock.now += 60_000;
  expect(await take(100, 20)).toBe(1_000);
});

it('goes by the rate of now, and lets everything come where there is none', async () => {
  let rate: number | null = 1_000;
  const { take } = at(() => rate);
  expect(await take(3_000)).toBe(2_000);
  rate = 500;
  expect(await take(1_000)).toBe(2_000);
  rate = null;
  expect(await take(1e9)).toBe(0);
});

it('waits no longer than whoever asked', async () => {
  const pace = new Pace({ rate: () => 1, monotonic: () => 0 });
  const stop = new AbortController();
  const took = pace.took(1e6, stop.signal);
  stop.abort();
  await took;
});
