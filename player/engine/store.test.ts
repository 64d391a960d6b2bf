import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openJsonFile } from './json-file.ts';
import { openStore } from './store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const none = () => undefined;
const path = () => join(folder, 'player.db');

test('a transaction is all or nothing, also nested', () => {
  const store = openStore(path(), () => 1, none);
  expect(() =>
    store.transaction(() => {
      store.writeMeta('outer', 1);
      store.transaction(() => store.writeMeta('inner', 2));
      throw new Error('stop');
    }),
  ).toThrow('stop');
  expect([store.readMeta('outer', z.number()), store.readMeta('inner', z.number())]).toEqual([null, null]);
  store.close();
});

test('a damaged store is set aside under another name, and an empty one takes its place', () => {
  writeFileSync(path(), 'not a database at all '.repeat(500));
  const aside: string[] = [];
  const store = openStore(
    path(),
    () => 42,
    (file) => aside.push(file),
  );
  store.writeMeta('alive', true);
  store.close();
  expect(aside).toEqual([path()]);
  expect(readFileSync(`${path()}.corrupt-42`, 'utf8')).toContain('not a database');
});

test('a store of a newer player is left alone', () => {
  const store = openStore(path(), () => 1, none);
  store.db.exec('PRAGMA user_version = 999');
  store.close();
  expect(() => openStore(path(), () => 1, none)).toThrow(expect.objectContaining({ code: 'store_newer' }) as Error);
  expect(readdirSync(folder).some((name) => name.includes('corrupt'))).toBe(false);
});

test('a small file is private, replaced whole, and set aside when it cannot be read', () => {
  const file = join(folder, 'settings.json');
  const schema = z.strictObject({ n: z.int() });
  const opened = openJsonFile(file, schema, () => ({ n: 1 }), none);
  opened.update((data) => (data.n = 2));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ n: 2 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['settings.json']);

  writeFileSync(file, '{"n": "two"}');
  const damaged: string[] = [];
  expect(
    openJsonFile(
      file,
      schema,
      () => ({ n: 7 }),
      (found) => damaged.push(found),
    ).data,
  ).toEqual({ n: 7 });
  expect(damaged).toEqual([file]);
});
