import { expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { DataUse } from './data-use.ts';

const MB = 1_000_000;

/** A machine whose counter, time and store outlive the player. */
function machine() {
  const kept = new Map<string, string>();
  const m = {
    now: Date.parse('2026-11-22T12:00+07:00'),
    clock: 'synced' as ReturnType<Clock['state']>,
    boot: 'boot 1',
    counters: null as { name: string | null; bytes: Record<string, number> } | null,
    own: 0,
    monthlyMb: null as number | null,
    zone: 'Asia/Ho_Chi_Minh',
    faults: [] as string[],
    starts: 0,
    start(): DataUse {
      m.starts++;
      return new DataUse({
        store: {
          readMeta: (key, schema) => (kept.has(key) ? schema.parse(JSON.parse(kept.get(key)!)) : null),
          writeMeta: (key, value) => void kept.set(key, JSON.stringify(value)),
        },
        system: { bootId: m.boot, uuid: () => `start ${m.starts}` },
        clock: { now: () => m.now, state: () => m.clock },
        machine: { readCounters: () => Promise.resolve(m.counters) },
        ownBytes: () => m.own,
        zone: () => m.zone,
        monthlyMb: () => m.monthlyMb,
        onFault: (code, detail) => m.faults.push(`${code} ${detail}`),
      });
    },
    /** What a player of a release before has left on the disk. */
    keep(counter: object): void {
      kept.set('dataUse', JSON.stringify({ month: '2026-11', bytes: 0, counter, told: 0 }));
    },
    /** Reads the counter of the network in use at so many MB, others beside it. @returns what the month has so far */
    async at(use: DataUse, mb: number, name = 'wwan0', others: Record<string, number> = {}): Promise<number | null> {
      const bytes = Object.entries({ ...others, [name]: mb }).map(([one, of]) => [one, of * MB] as const);
      m.counters = { name, bytes: Object.fromEntries(bytes) };
      await use.look();
      return use.mb;
    },
  };
  return m;
}

it('counts from when it first looked, over restarts of the player and of the machine', async () => {
  const m = machine();
  let use = m.start();
  expect(use.mb).toBeNull();
  expect(await m.at(use, 500)).toBe(0);
  expect(await m.at(use, 510)).toBe(10);
  use = m.start();
  expect(use.mb).toBe(10);
  expect(await m.at(use, 530)).toBe(30);
  // The machine's counter begins anew; what it has by now has gone over the line since.
  m.boot = 'boot 2';
  use = m.start();
  expect(await m.at(use, 700)).toBe(730);
});

it('goes on over a network that came up anew, and does not count what another carried before it was used', async () => {
  const m = machine();
  const use = m.start();
  await m.at(use, 100, 'wwan0', { eth0: 9_000 });
  expect(await m.at(use, 4, 'wwan0', { eth0: 9_000 })).toBe(4);
  expect(await m.at(use, 9_000, 'eth0')).toBe(4);
  expect(await m.at(use, 9_001, 'eth0')).toBe(5);
  // While there is no network nothing is counted otherwise.
  m.counters = { name: null, bytes: {} };
  m.own = 50 * MB;
  await use.look();
  expect(use.mb).toBe(5);
});

it('goes on over a modem that dials again, under whatever name', async () => {
  const m = machine();
  let use = m.start();
  await m.at(use, 50, 'ppp0');
  expect(await m.at(use, 60, 'ppp0')).toBe(10);
  expect(await m.at(use, 3, 'ppp1')).toBe(13);
  expect(await m.at(use, 4, 'ppp1')).toBe(14);
  // Under the name of before, after it had been gone: by the next look it has carried more than when it went.
  m.counters = { name: null, bytes: {} };
  await use.look();
  expect(await m.at(use, 7, 'ppp1')).toBe(21);
  // While the player was away.
  use = m.start();
  expect(await m.at(use, 5, 'ppp2')).toBe(26);
});

it('does not know what another network had carried where a player from before kept one alone', async () => {
  const m = machine();
  m.keep({ by: 'machine', start: 'boot 1', name: 'ppp0', bytes: 5 * MB });
  const later = m.start();
  expect(await m.at(later, 9_000, 'eth0')).toBe(0);
  expect(await m.at(later, 9_001, 'eth0')).toBe(1);
});

it('counts the player’s own connections where the machine does not tell', async () => {
  const m = machine();
  let use = m.start();
  m.own = MB;
  await use.look();
  m.own = 3 * MB;
  await use.look();
  expect(use.mb).toBe(2);
  use = m.start();
  m.own = 4 * MB;
  await use.look();
  expect(use.mb).toBe(6);
});

it('begins anew with the month of the board’s zone, not with a clock that has not been set', async () => {
  const m = machine();
  const use = m.start();
  await m.at(use, 0);
  expect(await m.at(use, 10)).toBe(10);
  m.now = Date.parse('2026-11-30T23:59+07:00');
  expect(await m.at(use, 20)).toBe(20);
  m.clock = 'unknown';
  m.now = 0;
  expect(await m.at(use, 21)).toBe(21);
  // After a power cut the machine's clock is a month ahead, until the CMS is heard.
  m.clock = 'held';
  m.now = Date.parse('2026-12-30T12:00+07:00');
  expect(await m.at(use, 21)).toBe(21);
  m.clock = 'synced';
  m.now = Date.parse('2026-11-30T23:59+07:00');
  expect(await m.at(use, 21)).toBe(21);
  m.clock = 'synced';
  m.now = Date.parse('2026-12-01T00:01+07:00');
  expect(await m.at(use, 25)).toBe(4);
});

it('says once a month that little is left, and once that nothing is', async () => {
  const m = machine();
  m.monthlyMb = 100;
  let use = m.start();
  await m.at(use, 0);
  await m.at(use, 79);
  expect(m.faults).toEqual([]);
  await m.at(use, 80);
  use = m.start();
  await m.at(use, 90);
  expect([m.faults, use.spent]).toEqual([['data_budget_low 80 MB of 100 MB in 2026-11'], false]);
  await m.at(use, 100);
  await m.at(use, 130);
  expect(m.faults.slice(1)).toEqual(['data_budget_spent 100 MB of 100 MB in 2026-11']);
  expect(use.spent).toBe(true);
  // More is bought.
  m.monthlyMb = 200;
  await m.at(use, 140);
  expect(use.spent).toBe(false);
  m.now = Date.parse('2026-12-02T00:00+07:00');
  await m.at(use, 330);
  expect(m.faults.at(-1)).toBe('data_budget_low 190 MB of 200 MB in 2026-12');
});

it('reads no counter twice at once', async () => {
  const m = machine();
  const use = m.start();
  await m.at(use, 0);
  m.counters = { name: 'wwan0', bytes: { wwan0: 5 * MB } };
  await Promise.all([use.look(), use.look()]);
  expect(use.mb).toBe(5);
});
