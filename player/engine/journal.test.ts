import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PlayBody } from '../../shared/protocol/journal.ts';
import { Clock } from './clock.ts';
import type { DeviceKey } from './identity.ts';
import { Journal } from './journal.ts';
import { openStore, type Store } from './store.ts';
import { machineSystem } from './system.ts';

let folder: string;
let store: Store;
let clock: Clock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-journal-'));
  store = openStore(
    join(folder, 'player.db'),
    () => 0,
    () => undefined,
  );
  clock = new Clock(machineSystem(), store);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const open = (n: number, onAppend: () => void = () => undefined) =>
  new Journal(store, clock, { journalId: id(n), deviceKey: `key ${n}` }, onAppend);
const outcomes = (n: number) =>
  store.db
    .prepare('SELECT line FROM lines WHERE journal_id = ? ORDER BY seq')
    .all(id(n))
    .map((row) => (JSON.parse(row['line'] as string) as { body: PlayBody }).body.outcome);

const play: PlayBody = {
  type: 'playEnded',
  start: 1_000,
  paintedMs: 3_000,
  noticeId: id(7),
  noticeHash: null,
  asset: null,
  takeoverId: null,
  why: { kind: 'loop', id: id(8) },
  outcome: 'cut',
  host: 'chromium',
  programme: null,
};

test('a play that a crash cut off ends in the journal that it began in, once, whoever the player is by then', () => {
  open(1).append([], play);
  const after = open(2);
  after.closeInterrupted();
  after.closeInterrupted();
  expect([outcomes(1), outcomes(2)]).toEqual([['interrupted'], []]);
});

test('the play on the glass is written once a second, and nothing while nothing happens', () => {
  const journal = open(1);
  const writes = (work: () => void): number => {
    const count = () => Number(store.db.prepare('SELECT total_changes() AS n').get()!['n']);
    const before = count();
    work();
    return count() - before;
  };
  const painted = (paintedMs: number) => journal.append([], { ...play, paintedMs });
  expect(writes(() => painted(0))).toBe(1);
  expect(writes(() => [100, 500, 899, 899].forEach(painted))).toBe(0);
  expect(writes(() => painted(1_000))).toBe(1);
  expect(writes(() => journal.append([], { ...play, start: 5_000, paintedMs: 0 }))).toBe(1);
  expect(writes(() => journal.append([], null))).toBe(1);
  expect(writes(() => [1, 2, 3].forEach(() => journal.append([], null)))).toBe(0);
});

test('nothing is said to be there for delivery before it is durable', () => {
  const onAppend = vi.fn(() => expect(store.db.isTransaction).toBe(false));
  const journal = open(1, onAppend);
  expect(() =>
    store.transaction(() => {
      journal.append([play]);
      throw new Error('the disk is full');
    }),
  ).toThrow('the disk is full');
  expect(onAppend).not.toHaveBeenCalled();
  expect(outcomes(1)).toEqual([]);
  store.transaction(() => journal.append([play]));
  expect(onAppend).toHaveBeenCalledOnce();
  expect(outcomes(1)).toEqual(['cut']);
});

test('a checkpoint that was rolled back is written again', () => {
  const journal = open(1);
  expect(() =>
    store.transaction(() => {
      journal.checkpoint(play);
      throw new Error('the disk is full');
    }),
  ).toThrow('the disk is full');
  journal.checkpoint(play);
  open(1).closeInterrupted();
  expect(outcomes(1)).toEqual(['interrupted']);
});

test('a play that a crash cut off in a journal that has forked ends in the one that goes on', () => {
  const first = new Journal(store, clock, { journalId: id(1), deviceKey: 'key' }, () => undefined);
  first.append([], play);
  first.markForked(id(1), 'journal_fork');
  new Journal(store, clock, { journalId: id(2), deviceKey: 'key' }, () => undefined).closeInterrupted();
  expect([outcomes(1), outcomes(2)]).toEqual([[], ['interrupted']]);
});

test('what no CMS ever acked of a journal goes on in the next one, when the CMS is back from before all that is kept', () => {
  const first = new Journal(store, clock, { journalId: id(1), deviceKey: 'key' }, () => undefined);
  const records = (from: number, to: number) =>
    Array.from(
      { length: to - from + 1 },
      (_, n) => ({ type: 'faultRaised', code: 'test', detail: `${from + n}` }) as const,
    );
  const left = (journalId: string) =>
    store.db
      .prepare(
        "SELECT line ->> 'at' AS at, line ->> '$.body.detail' AS detail FROM lines WHERE journal_id = ? ORDER BY seq",
      )
      .all(journalId);
  first.append(records(1, 2_010));
  first.acked(id(1), 6);
  store.db.exec('DELETE FROM lines WHERE seq <= 4');
  const never = left(id(1)).slice(2);
  expect(first.acked(id(1), 2)).toBe(false);
  first.markForked(id(1), 'journal_fork');
  first.switchTo({ journalId: id(2), deviceKey: 'key' });
  for (let portion = 1; portion <= 3; portion++) first.carryOver();
  expect(left(id(2))).toEqual(never);
  expect(never.map((row) => row['detail'])).toEqual(Array.from({ length: 2_004 }, (_, n) => `${7 + n}`));
  expect(first.undelivered('key')).toEqual([id(2)]);
});

test('nothing of a journal is carried over that the CMS may hold', () => {
  const first = new Journal(store, clock, { journalId: id(1), deviceKey: 'key' }, () => undefined);
  first.append([play, play, play]);
  first.acked(id(1), 1);
  expect(first.acked(id(1), 4)).toBe(false);
  first.markForked(id(1), 'journal_fork');
  first.switchTo({ journalId: id(2), deviceKey: 'key' });
  first.carryOver();
  expect(first.undelivered('key')).toEqual([]);
});

test('what has rotted is missing, and no more than that: the rest goes on in the next journal', () => {
  const first = new Journal(store, clock, { journalId: id(1), deviceKey: 'key' }, () => undefined);
  first.append(Array.from({ length: 3_000 }, (_, n) => ({ type: 'faultRaised', code: 'test', detail: `${1 + n}` })));
  while (first.pack());
  store.db.exec("UPDATE packs SET lines = CAST(x'0102' || substr(lines, 3) AS BLOB) WHERE first_seq = 401");
  const key = { x: 'key', signText: () => '' } as unknown as DeviceKey;
  const sent: number[] = [];
  let whole = true;
  for (let batch = first.nextBatch(id(1), key); whole && batch; batch = first.nextBatch(id(1), key)) {
    sent.push(batch.lastSeq);
    whole = first.acked(id(1), batch.lastSeq);
  }
  expect([whole, sent]).toEqual([false, [200, 400]]);
  first.markForked(id(1), 'journal_ack_wrong');
  first.switchTo({ journalId: id(2), deviceKey: 'key' });
  for (let portion = 1; portion <= 3; portion++) first.carryOver();
  const carried = store.db
    .prepare("SELECT line ->> '$.body.detail' AS detail FROM lines WHERE journal_id = ? ORDER BY seq")
    .all(id(2));
  expect(carried.map((row) => Number(row['detail']))).toEqual(Array.from({ length: 2_400 }, (_, n) => 601 + n));
  expect(store.db.prepare('SELECT count(*) AS n FROM packs WHERE journal_id = ?').get(id(1))).toEqual({ n: 0 });
});
