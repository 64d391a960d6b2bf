import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ScreenDriver, ScreenState } from './drivers.ts';
import { ScreenPower } from './power.ts';
import type { Wanted } from './wanted.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const on: Wanted = { on: true, light: null, why: null, until: Infinity };
const off: Wanted = { ...on, on: false, why: 'hours' };

/** A screen with a driver that can be slow, deaf or blind. */
function screen(
  changes: Partial<{
    wanted: Wanted;
    reads: boolean | null | Error;
    sets: Error | null;
    setMs: number;
    readMs: number;
  }> = {},
) {
  const it = {
    wanted: on,
    reads: undefined as boolean | null | Error | undefined,
    sets: null as Error | null,
    setMs: 0,
    readMs: 0,
    ...changes,
    isOn: true,
    told: [] as boolean[],
    known: [] as (boolean | null)[],
    faults: [] as string[],
    power: null as unknown as ScreenPower,
  };
  const driver: ScreenDriver = {
    name: 'command',
    dims: true,
    async set(wanted, signal) {
      it.told.push(wanted.on);
      await new Promise<void>((resolve, reject) => {
        setTimeout(resolve, it.setMs);
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
      if (it.sets) throw it.sets;
      it.isOn = wanted.on;
    },
    async read(): Promise<ScreenState> {
      if (it.readMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, it.readMs));
      if (it.reads instanceof Error) throw it.reads;
      return { on: it.reads === undefined ? it.isOn : it.reads, light: null };
    },
  };
  it.power = new ScreenPower({
    driver,
    wanted: () => it.wanted,
    now: () => Date.now(),
    monotonic: () => Date.now(),
    onChange: () => it.known.push(it.power.report.state.on),
    onFault: (code) => it.faults.push(code),
  });
  it.power.check();
  return it;
}

test('it is switched once, and looked at once a minute', async () => {
  const s = screen();
  await vi.advanceTimersByTimeAsync(0);
  expect([s.told, s.known, s.power.dark]).toEqual([[true], [true], false]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(s.told).toEqual([true]);
  // Somebody uses its own switch.
  s.isOn = false;
  await vi.advanceTimersByTimeAsync(66_000);
  expect([s.told, s.isOn, s.faults]).toEqual([[true, true], true, ['screen_differs']]);
  s.power.close();
});

test('it is switched when its time comes', async () => {
  const s = screen({ wanted: { ...on, until: 10_000 } });
  await vi.advanceTimersByTimeAsync(9_999);
  s.wanted = off;
  expect(s.isOn).toBe(true);
  await vi.advanceTimersByTimeAsync(10);
  expect([s.isOn, s.power.dark]).toEqual([false, true]);
  s.power.close();
});

test('what is wanted next does not wait for what is under way', async () => {
  const s = screen({ wanted: off, setMs: 8_000 });
  await vi.advanceTimersByTimeAsync(1_000);
  s.setMs = 100;
  s.wanted = { ...on, why: 'alert' };
  s.power.check();
  await vi.advanceTimersByTimeAsync(100);
  expect([s.told, s.isOn, s.faults]).toEqual([[false, true], true, []]);
  s.power.close();
});

test('one that cannot be read is unknown; switched off, nobody is said to have seen anything', async () => {
  const s = screen({ reads: null });
  await vi.advanceTimersByTimeAsync(0);
  expect([s.power.report.state.on, s.power.dark, s.faults]).toEqual([null, false, []]);
  s.wanted = off;
  s.power.check();
  await vi.advanceTimersByTimeAsync(0);
  expect([s.power.report.state.on, s.power.dark, s.faults]).toEqual([null, true, []]);
  s.power.close();
});

test('from when it was switched off nobody sees anything, however long it takes to read', async () => {
  const s = screen();
  await vi.advanceTimersByTimeAsync(0);
  s.readMs = 20_000;
  s.wanted = off;
  s.power.check();
  await vi.advanceTimersByTimeAsync(0);
  expect([s.power.report.state.on, s.power.dark, s.known.length]).toEqual([true, true, 3]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([s.power.report.state.on, s.power.dark]).toEqual([false, true]);
  // It did not do as it was told: what plays on it is seen.
  s.reads = true;
  await vi.advanceTimersByTimeAsync(80_000);
  expect([s.power.report.state.on, s.power.dark, s.faults]).toEqual([true, false, ['screen_differs']]);
  s.power.close();
});

test('a driver that fails is told of once, tried ever later, and told of again after it was well', async () => {
  const s = screen({ sets: new Error('no screen'), reads: new Error('no screen') });
  await vi.advanceTimersByTimeAsync(86_400_000);
  expect(s.faults).toEqual(['screen_failed']);
  expect(s.told.length).toBeLessThan(300);
  expect([s.power.report.state.on, s.power.failsSince]).toEqual([null, 0]);
  s.sets = null;
  s.reads = undefined;
  await vi.advanceTimersByTimeAsync(300_000);
  expect([s.power.report.state.on, s.power.failsSince]).toEqual([true, null]);
  s.reads = new Error('lost');
  await vi.advanceTimersByTimeAsync(66_000);
  expect(s.faults).toEqual(['screen_failed', 'screen_failed']);
  s.power.close();
});

test('an answer that is lost once costs no record: what is known stands until it is lost again', async () => {
  const s = screen();
  await vi.advanceTimersByTimeAsync(59_000);
  s.reads = new Error('lost');
  await vi.advanceTimersByTimeAsync(2_000);
  s.reads = undefined;
  await vi.advanceTimersByTimeAsync(120_000);
  expect([s.known, s.faults, s.told]).toEqual([[true], [], [true]]);
  s.reads = new Error('lost');
  await vi.advanceTimersByTimeAsync(70_000);
  expect([s.known, s.faults]).toEqual([[true, null], ['screen_failed']]);
  s.power.close();
});

test('while there is an alert one that failed is tried every few seconds, however long it has failed', async () => {
  const s = screen({ sets: new Error('no screen') });
  await vi.advanceTimersByTimeAsync(3_600_000);
  s.wanted = { ...on, why: 'alert' };
  s.power.check();
  await vi.advanceTimersByTimeAsync(60_000);
  const tries = s.told.length;
  s.sets = null;
  await vi.advanceTimersByTimeAsync(5_100);
  expect([s.told.length, s.power.report.state.on, s.faults]).toEqual([tries + 1, true, ['screen_failed']]);
  s.power.close();
});

test('a screen that is off need not answer', async () => {
  const s = screen({ wanted: off, reads: new Error('no answer') });
  await vi.advanceTimersByTimeAsync(600_000);
  expect([s.faults, s.told]).toEqual([[], [false]]);
  s.power.close();
});

test('one that goes on saying for a moment what it was is read once more before that is a fault', async () => {
  const s = screen();
  await vi.advanceTimersByTimeAsync(0);
  s.reads = true;
  s.wanted = off;
  s.power.check();
  await vi.advanceTimersByTimeAsync(3_000);
  expect([s.power.dark, s.faults]).toEqual([true, []]);
  s.reads = false;
  await vi.advanceTimersByTimeAsync(3_000);
  expect([s.power.report.state.on, s.power.dark, s.faults]).toEqual([false, true, []]);
  // This one really stays lit.
  s.reads = true;
  s.wanted = on;
  s.power.check();
  await vi.advanceTimersByTimeAsync(0);
  s.wanted = off;
  s.power.check();
  await vi.advanceTimersByTimeAsync(6_000);
  expect([s.power.report.state.on, s.power.dark, s.faults]).toEqual([true, false, ['screen_differs']]);
  s.power.close();
});
