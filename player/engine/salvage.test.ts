import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { maxBatchRecords, type JournalBody } from '../../shared/protocol/journal.ts';
import { readLines } from '../../shared/proof/chain.ts';
import { Clock } from './clock.ts';
import { Journal } from './journal.ts';
import { openStore, type Store } from './store.ts';
import { machineSystem } from './system.ts';

const pageBytes = 4_096;
const own = { journalId: '00000000-0000-4000-8000-0000000000aa', deviceKey: 'key' };
const key = {
  x: 'key',
  signText: () => '',
  secretWith: () => Promise.reject(new Error('not here')),
  signDocument: () => Promise.resolve(''),
};
const nothing = () => undefined;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-salvage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = () => join(folder, 'player.db');
const open = (damaged: string[] = []) =>
  openStore(
    path(),
    () => 42,
    (file) => damaged.push(file),
  );
const journalOf = (store: Store) => new Journal(store, new Clock(machineSystem(), store), own, nothing);
const records = (from: number, count: number): JournalBody[] =>
  Array.from({ length: count }, (_, index) => ({
    type: 'faultRaised',
    code: 'test',
    detail: `record ${from + index}`,
  }));

/** Overwrites the page that this text stands on. */
function spoilPageOf(text: string): void {
  const store = open();
  store.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  store.close();
  const at = readFileSync(path()).indexOf(text, 0, 'latin1');
  expect(at).toBeGreaterThan(0);
  const file = openSync(path(), 'r+');
  writeSync(file, Buffer.alloc(pageBytes, 0x5a), 0, pageBytes, Math.floor(at / pageBytes) * pageBytes);
  closeSync(file);
}

/** The numbers of the records that a CMS would be sent now. */
function deliver(store: Store): number[] {
  const journal = journalOf(store);
  const sent: number[] = [];
  for (let batch = journal.nextBatch(own.journalId, key); batch; batch = journal.nextBatch(own.journalId, key)) {
    const lines = readLines({ ...batch, lines: inflateSync(batch.lines).toString('utf8') });
    sent.push(...lines.map(({ seq }) => seq));
    journal.acked(own.journalId, batch.lastSeq);
  }
  return sent;
}

test('of a journal with a bad page everything up to it is delivered, and what follows goes on in the next journal', () => {
  let store = open();
  const journal = journalOf(store);
  journal.append(records(1, 1_500));
  journal.acked(own.journalId, 50);
  store.close();
  spoilPageOf('record 200"');
  const damaged: string[] = [];
  store = open(damaged);
  expect(damaged).toEqual([path()]);
  expect(Journal.stateOf(store, own.journalId)).toBe('ended');
  const sent = deliver(store);
  expect(sent[0]).toBe(51);
  expect(sent.at(-1)).toBeLessThan(200);
  expect(sent.length).toBeGreaterThan(100);
  expect(sent).toEqual(Array.from(sent, (_, index) => 51 + index));
  expect(Journal.stateOf(store, own.journalId)).toBe('ended');

  const next = { ...own, journalId: '00000000-0000-4000-8000-0000000000bb' };
  new Journal(store, new Clock(machineSystem(), store), next, nothing).carryOver();
  const lines = store.db.prepare('SELECT line FROM lines WHERE journal_id = ? ORDER BY seq').all(next.journalId);
  const carried = lines.map(({ line }) => (JSON.parse(String(line)) as { body: { detail: string } }).body.detail);
  // Those that a batch on its way may have brought to the CMS are not sent twice.
  const first = 50 + maxBatchRecords + 1;
  expect(carried).toEqual(Array.from({ length: 1_500 - first + 1 }, (_, index) => `record ${first + index}`));
  store.close();
});

test('of a journal that is packed, the pack with a bad page ends what is delivered, and the rest goes on in the next journal', () => {
  let store = open();
  const journal = journalOf(store);
  journal.append(records(1, 3_000));
  while (journal.pack());
  journal.acked(own.journalId, 250);
  const bytes = store.db.prepare('SELECT lines FROM packs WHERE first_seq = 1001').get()!['lines'] as Uint8Array;
  const mark = Buffer.from(bytes).subarray(1_000, 1_040).toString('latin1');
  store.close();
  spoilPageOf(mark);
  store = open();
  expect(Journal.stateOf(store, own.journalId)).toBe('ended');
  const sent = deliver(store);
  expect(sent).toEqual(Array.from(sent, (_, index) => 251 + index));
  expect(sent.length).toBeGreaterThan(0);
  expect(sent.at(-1)).toBeLessThanOrEqual(1_000);
  const next = { ...own, journalId: '00000000-0000-4000-8000-0000000000bb' };
  const after = new Journal(store, new Clock(machineSystem(), store), next, nothing);
  after.carryOver();
  after.carryOver();
  const lines = store.db.prepare('SELECT line FROM lines WHERE journal_id = ? ORDER BY seq').all(next.journalId);
  const carried = lines.map(({ line }) =>
    Number((JSON.parse(String(line)) as { body: { detail: string } }).body.detail.replace('record ', '')),
  );
  expect(carried.at(-1)).toBe(3_000);
  expect(carried).toEqual([...carried].sort((a, b) => a - b));
  // Those that a batch on its way may have brought to the CMS are not sent twice; a page holds what is of two packs at most.
  expect(carried[0]).toBeGreaterThan(Math.max(sent.at(-1)!, 250 + maxBatchRecords));
  const lost = Array.from({ length: 3_000 - 750 }, (_, n) => 751 + n).filter(
    (n) => n > sent.at(-1)! && !carried.includes(n),
  );
  expect(lost).toContain(1_100);
  expect(lost.length).toBeLessThanOrEqual(400);
  store.close();
});

test('a bad page among what is delivered already costs no record', () => {
  let store = open();
  const journal = journalOf(store);
  journal.append(records(1, 300));
  journal.acked(own.journalId, 250);
  store.close();
  spoilPageOf('record 100"');
  store = open();
  expect(deliver(store)).toEqual(Array.from({ length: 50 }, (_, index) => 251 + index));
  store.close();
});

test('a bad page among the parts costs the parts on it; takeovers are asked for again from the beginning', () => {
  let store = open();
  const parts = Array.from({ length: 30 }, (_, n) => [`part ${n}`, Buffer.alloc(3_000, `${n};`)] as const);
  for (const part of parts) store.db.prepare('INSERT INTO parts VALUES (?, ?)').run(...part);
  store.db.exec("INSERT INTO documents VALUES ('active', 'jws', 1)");
  store.writeMeta('programmeFloor', 7);
  store.writeMeta('takeoverCursor', 8);
  store.close();
  spoilPageOf('15;15;');
  store = open();
  const kept = store.db.prepare('SELECT hash, bytes FROM parts').all();
  expect(kept.length).toBeGreaterThanOrEqual(28);
  expect(kept.map(({ hash }) => hash)).not.toContain('part 15');
  expect(
    kept.every(({ hash, bytes }) => parts.some(([name, b]) => name === hash && b.equals(bytes as Uint8Array))),
  ).toBe(true);
  expect(store.db.prepare('SELECT slot FROM documents').all()).toEqual([{ slot: 'active' }]);
  expect([store.readMeta('programmeFloor', z.int()), store.readMeta('takeoverCursor', z.int())]).toEqual([7, null]);
  store.close();
});

test.each(['before', 'between'])(
  'power that goes %s the renames loses nothing; one damaged store is kept, not each',
  (when) => {
    let store = open();
    store.writeMeta('known', true);
    store.close();
    renameSync(path(), `${path()}.whole`);
    writeFileSync(`${path()}.corrupt-7`, 'an older one');
    if (when === 'before') writeFileSync(path(), 'not a database '.repeat(500));
    const damaged: string[] = [];
    store = open(damaged);
    expect(store.readMeta('known', z.boolean())).toBe(true);
    store.close();
    expect(damaged).toEqual([path()]);
    const aside = when === 'before' ? 'player.db.corrupt-42' : 'player.db.corrupt-7';
    expect(readdirSync(folder).toSorted()).toEqual(['player.db', aside]);
  },
);

test('a damaged store stays as it is on a disk that has no room for what can be read of it', () => {
  let store = open();
  const journal = journalOf(store);
  journal.append(records(1, 12_000));
  store.writeMeta('known', true);
  store.db.prepare('INSERT INTO parts VALUES (?, ?)').run('part', Buffer.alloc(3 * pageBytes, 'x'));
  store.close();
  spoilPageOf('x'.repeat(pageBytes / 2));
  const before = readFileSync(path());
  // A file that may not grow further is what a full disk is: the store fits, and all of it in one transaction does not.
  const script = `
    import { openStore } from './player/engine/store.ts';
    const store = openStore(process.argv[1], () => 42, () => {});
    process.stdout.write(JSON.stringify([store.unwritable, store.db.prepare("SELECT value FROM meta WHERE key = 'known'").get()]));
    store.close();`;
  const node = ['--input-type=module', '-e', script, path()]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
  const kilobytes = Math.ceil(before.length / 1024);
  const said = execFileSync('bash', ['-c', `ulimit -f ${kilobytes}; exec '${process.execPath}' ${node}`], {
    encoding: 'utf8',
  });
  expect(JSON.parse(said)).toEqual([expect.stringMatching(/full|I\/O/), { value: 'true' }]);
  expect(readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name))).toEqual(['player.db']);
  expect(readFileSync(path()).equals(before)).toBe(true);
  store = open();
  expect(store.unwritable).toBeNull();
  expect(deliver(store)).toHaveLength(12_000);
  store.close();
});
