import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Lines } from './lines.ts';
import { openStore, type Store } from './store.ts';

const id = '00000000-0000-4000-8000-000000000001';
let folder: string;
let store: Store;
let lines: Lines;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-lines-'));
  store = openStore(
    join(folder, 'player.db'),
    () => 0,
    () => undefined,
  );
  store.db.prepare("INSERT INTO journals VALUES (?, 0, '', 0, 0, 0, 'key')").run(id);
  lines = new Lines(store);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const lineOf = (seq: number) => ({ seq, line: `dòng ${seq}`, hash: hash('sha256', `dòng ${seq}`) });
const add = (from: number, to: number) => {
  for (let seq = from; seq <= to; seq++) lines.add(id, lineOf(seq));
};
const from = (seq: number, count: number) => Array.from({ length: count }, (_, index) => lineOf(seq + index));
const packs = () => store.db.prepare('SELECT first_seq AS a, last_seq AS b FROM packs').all();

test('packed or not, lines are the same', () => {
  add(1, 1_050);
  while (lines.pack());
  expect(packs()).toHaveLength(4);
  expect(store.db.prepare('SELECT count(*) AS n FROM lines').get()).toEqual({ n: 250 });
  expect(lines.after(id, 0, 2_000)).toEqual(from(1, 1_050));
  expect(lines.after(id, 190, 20)).toEqual(from(191, 20));
  expect(lines.after(id, 795, 10)).toEqual(from(796, 10));
  expect(lines.after(id, 1_049, 10)).toEqual(from(1_050, 1));
  expect([1, 800, 801, 1_050, 1_051].map((seq) => lines.has(id, seq))).toEqual([true, true, true, true, false]);
});

test('a pack goes when all of it is to go', () => {
  add(1, 1_000);
  while (lines.pack());
  lines.drop(id, 399);
  expect(lines.has(id, 200)).toBe(false);
  expect(lines.after(id, 0, 1)).toEqual(from(201, 1));
  lines.drop(id, 900);
  expect(lines.after(id, 0, 500)).toEqual(from(901, 100));
});

test('no pack spans a hole', () => {
  add(1, 100);
  add(151, 600);
  while (lines.pack());
  expect(packs().slice(0, 2)).toEqual([
    { a: 1, b: 100 },
    { a: 151, b: 350 },
  ]);
  expect(lines.after(id, 0, 1_000)).toEqual([...from(1, 100), ...from(151, 450)]);
});

test('a pack that has rotted is missing, and no more than that', () => {
  add(1, 800);
  while (lines.pack());
  store.db.exec("UPDATE packs SET lines = CAST(x'0102' || substr(lines, 3) AS BLOB) WHERE first_seq = 201");
  expect(lines.after(id, 200, 3)).toEqual(from(401, 3));
  expect(lines.has(id, 201)).toBe(false);
});
