import { expect, test } from 'vitest';
import { ClockRate } from './clock-rate.ts';

const minuteMs = 60_000;

/** Samples of a machine whose quartz runs slow by `ppm` millionths, over a line of 80 ms. */
function machine(ppm: number, saved: ConstructorParameters<typeof ClockRate>[0] = null) {
  const rate = new ClockRate(saved);
  let monotonic = 0;
  let cmsStep = 0;
  return {
    rate,
    setCms: (ms: number) => (cmsStep += ms),
    take(afterMinutes: number) {
      monotonic += afterMinutes * minuteMs;
      rate.take({ estimate: 1e12 + monotonic * (1 + ppm * 1e-6) + cmsStep, monotonic, trip: 80 });
    },
  };
}

test.each([0, 100, -400])('finds out how fast a quartz runs that is %i millionths off', (ppm) => {
  const { rate, take } = machine(ppm);
  for (const minutes of [0, 1, 2, 4, 8, 16, 32, 60, 60]) take(minutes);
  expect(rate.value * 1e6).toBeCloseTo(ppm, 0);
});

test('does not take a correction of the CMS’s own clock for a rate', () => {
  const { rate, take, setCms } = machine(20);
  for (const minutes of [0, 1, 2, 4, 8, 16, 32, 60]) take(minutes);
  setCms(400);
  for (let hour = 0; hour < 12; hour++) {
    take(60);
    expect(rate.value * 1e6).toBeCloseTo(20, 0);
  }
});

test('finds out that what was kept is of another machine', () => {
  const { rate, take } = machine(60, { value: -60e-6, doubt: 1e-6 });
  take(0);
  for (let hour = 0; hour < 8; hour++) take(60);
  expect(rate.value * 1e6).toBeCloseTo(60, 0);
});
