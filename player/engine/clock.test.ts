import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Clock } from './clock.ts';
import { openStore, type Store } from './store.ts';
import type { System } from './system.ts';

const noon = Date.UTC(2026, 10, 20, 5);
const minute = 60_000;
const day = 86_400_000;

/** A machine whose clocks the test moves. */
class Machine implements System {
  system = noon;
  uptime = 5_000;
  bootId: string | null = 'boot-1';
  now = () => this.system;
  monotonic = () => this.uptime;
  randomBytes = (count: number) => Buffer.alloc(count);
  uuid = () => '00000000-0000-4000-8000-000000000001';
  jitter = () => 0;
  hasFreeCore = () => false;

  pass(ms: number): void {
    this.system += ms;
    this.uptime += ms;
  }

  /** Off for a while, as the machine's own clock sees it. */
  reboot(offMs: number): void {
    this.system += offMs;
    this.uptime = 1_000;
    this.bootId = `boot-${this.system}`;
  }
}

let folder: string;
let store: Store;
let machine: Machine;
let clock: Clock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-clock-'));
  store = openStore(
    join(folder, 'player.db'),
    () => 0,
    () => undefined,
  );
  machine = new Machine();
  clock = new Clock(machine, store);
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const sampled = (cmsNow: number, tripMs = 0) => {
  const sent = machine.monotonic();
  machine.pass(tripMs);
  return clock.sample(cmsNow, sent, machine.monotonic());
};

test('never sampled: the machine says the time, and it counts as unknown', () => {
  expect([clock.now(), clock.state(), clock.validityNow()]).toEqual([noon, 'unknown', null]);
});

test('a sample is carried on by monotonic time, whatever the machine does to its clock', () => {
  expect(sampled(noon + 3_600_000, 100)).toEqual({ fromOffsetMs: 0, toOffsetMs: 3_599_950, movedMs: 3_599_950 });
  machine.pass(minute);
  machine.system = 0;
  expect(clock.now()).toBe(noon + 3_600_000 + 50 + minute);
  expect(clock.state()).toBe('synced');
  machine.uptime += 2 * day;
  expect(clock.state()).toBe('held');
});

test('a sample within its own uncertainty changes nothing, a slow one is not taken', () => {
  sampled(noon);
  const before = clock.now();
  expect(sampled(before + 40, 200)).toBeNull();
  expect(clock.now()).toBe(before + 200);
  expect(sampled(noon + day, 20_000)).toBeNull();
  expect(clock.now()).toBe(before + 20_200);
});

/** A machine whose quartz runs fast by so many millionths, and samples of the true time on a line with such trips. @returns how far off it was, ms */
function drift(ppm: number, waits: number[], trip: (n: number) => { upMs: number; downMs: number }): number[] {
  let truth = noon;
  const pass = (ms: number) => {
    truth += ms;
    machine.pass(ms * (1 + ppm / 1e6));
  };
  return waits.map((ms, n) => {
    pass(ms);
    const off = clock.now() - truth;
    const { upMs, downMs } = trip(n);
    const sent = machine.monotonic();
    pass(upMs);
    const cmsNow = Math.round(truth);
    pass(downMs);
    clock.sample(cmsNow, sent, machine.monotonic());
    return off;
  });
}
/** As a connection asks: soon, and later and later. */
const waits = [0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60].map((minutes) => minutes * minute);

test.each([100, -100])(
  'a quartz that is off by %i millionths is found out: an hour later the clock is right',
  (ppm) => {
    const off = drift(ppm, waits, (n) => ({ upMs: 40 + ((n * 7) % 11), downMs: 40 + ((n * 5) % 13) }));
    for (const ms of off.slice(6)) expect(Math.abs(ms)).toBeLessThan(25);
    // It is known after a restart of the player, and after one of the machine.
    for (const boot of ['boot-1', 'boot-2']) {
      clock.save();
      machine.bootId = boot;
      clock = new Clock(machine, store);
      const from = clock.now();
      machine.pass(60 * minute * (1 + ppm / 1e6));
      expect(Math.abs(clock.now() - from - 60 * minute)).toBeLessThan(25);
    }
  },
);

test('one answer that was long on its way, and a time that was set, are no rate', () => {
  const late = drift(0, waits, (n) => ({ upMs: n === 9 ? 3_000 : 40, downMs: 40 }));
  for (const ms of late.slice(1)) expect(Math.abs(ms)).toBeLessThan(5);
  sampled(clock.now() + 700);
  machine.pass(60 * minute);
  const from = clock.now();
  machine.pass(60 * minute);
  expect(Math.abs(clock.now() - from - 60 * minute)).toBeLessThan(5);
});

test('a small correction backwards lets the clock stand still, a large one steps', () => {
  sampled(noon);
  machine.pass(10_000);
  const before = clock.now();
  expect(sampled(before - 400)).toBeNull();
  expect(clock.now()).toBe(before);
  machine.pass(500);
  expect(clock.now()).toBe(before + 100);
  expect(sampled(clock.now() - 5_000)).not.toBeNull();
  expect(clock.now()).toBe(before + 100 - 5_000);
});

test('a step of the machine against trusted time is noticed once', () => {
  sampled(noon);
  machine.system += 90_000;
  expect(clock.checkOffset()).toEqual({ fromOffsetMs: 0, toOffsetMs: -90_000, movedMs: 0 });
  expect(clock.checkOffset()).toBeNull();
});

test('trusted time that moves together with the machine is a step all the same', () => {
  sampled(noon);
  machine.system += 90_000;
  expect(sampled(noon + 90_000)).toEqual({ fromOffsetMs: 0, toOffsetMs: 0, movedMs: 90_000 });
});

test('a sample more than a day off is believed when the next one says the same', () => {
  sampled(noon);
  expect(sampled(noon + 400 * day)).toBeNull();
  expect(clock.now()).toBe(noon);
  machine.pass(minute);
  expect(sampled(noon + 400 * day + minute)?.movedMs).toBe(400 * day);
  expect(sampled(noon + minute)).toBeNull();
  expect(sampled(noon + 3 * day)).toBeNull();
  expect(sampled(noon + 400 * day + minute)).toBeNull();
  expect(sampled(noon + minute)).toBeNull();
  expect(clock.now()).toBe(noon + 400 * day + minute);
});

test.each([-8_640_000_000_000_001, -1, 0, Date.UTC(2025, 0), Date.UTC(2056, 0), Number.MAX_SAFE_INTEGER])(
  'what is no time is no sample: %d',
  (said) => {
    expect([sampled(said), sampled(said)]).toEqual([null, null]);
    expect([clock.now(), clock.state()]).toEqual([noon, 'unknown']);
  },
);

test('what was signed at a time proves that it is not earlier, for a clock that is a little behind', () => {
  sampled(noon);
  expect(clock.notBefore(noon - 1)).toBeNull();
  expect(clock.notBefore(noon + 400)).toBeNull();
  expect(clock.now()).toBe(noon + 400);
  expect(clock.notBefore(noon + minute)?.movedMs).toBe(minute - 400);
  expect(clock.notBefore(noon + 2 * day)).toBeNull();
  expect(clock.now()).toBe(noon + minute);
});

describe('after a restart', () => {
  const restart = () => new Clock(machine, store);

  test('in the same boot trusted time goes on exactly', () => {
    sampled(noon + 3_600_000);
    machine.pass(minute);
    machine.system = 4_000_000_000_000;
    const again = restart();
    expect([again.now(), again.state()]).toEqual([noon + 3_600_000 + minute, 'synced']);
  });

  test.each([
    ['the machine counted on', 7 * day, 7 * day],
    ['the machine starts in 1970', -noon, 0],
    ['the machine says 2126', 100 * 365 * day, 0],
  ])('after a reboot without network: %s', (_, offMs, expected) => {
    sampled(noon);
    machine.pass(minute);
    clock.save();
    machine.reboot(offMs);
    const again = restart();
    expect(again.now()).toBe(noon + minute + expected);
    expect(again.state()).toBe('held');
  });
});
