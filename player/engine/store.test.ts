import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openJsonFile } from './json-file.ts';
import { dataSchema, openStore } from './store.ts';

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

test('what waits for a commit sees it done, and nothing of what was rolled back', () => {
  const store = openStore(path(), () => 1, none);
  const seen: string[] = [];
  store.transaction(() => {
    store.transaction(() => store.afterCommit(() => seen.push(`open: ${store.db.isTransaction}`)));
    expect(seen).toEqual([]);
  });
  expect(() =>
    store.transaction(() => {
      store.afterCommit(() => seen.push('never'));
      throw new Error('stop');
    }),
  ).toThrow('stop');
  store.afterCommit(() => seen.push('at once'));
  expect(seen).toEqual(['open: false', 'at once']);
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
  store.writeMeta('readableBy', 999);
  store.close();
  expect(() => openStore(path(), () => 1, none)).toThrow(expect.objectContaining({ code: 'store_newer' }) as Error);
  expect(readdirSync(folder).some((name) => name.includes('corrupt'))).toBe(false);
});

test('a small file is read from its copy when it cannot be read itself, and is made anew; the newer of the two counts', () => {
  const file = join(folder, 'identity.json');
  const aside: string[] = [];
  const open = () =>
    openJsonFile(
      file,
      z.strictObject({ n: z.int() }),
      () => ({ n: 0 }),
      (path) => {
        aside.push(path);
        rmSync(path);
      },
    );
  open().update((data) => (data.n = 2));
  for (const damaged of [file, `${file}.copy`]) {
    writeFileSync(damaged, '{"n":');
    expect(open().data).toEqual({ n: 2 });
    expect(aside.splice(0)).toEqual([damaged]);
    expect([file, `${file}.copy`].map((path) => readFileSync(path, 'utf8').trim())).toEqual(
      Array(2).fill(JSON.stringify({ n: 2 }, null, 2)),
    );
  }
  // A disk that takes no change leaves the damaged one where it is.
  for (const damaged of [file, `${file}.copy`]) {
    writeFileSync(damaged, '{"n":');
    const refuse = (): never => {
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    };
    const schema = z.strictObject({ n: z.int() });
    expect(openJsonFile(file, schema, () => ({ n: 0 }), refuse).data).toEqual({ n: 2 });
  }
  // Power was lost between the two.
  writeFileSync(`${file}.copy`, '{"n":1}');
  expect(open().data).toEqual({ n: 2 });
  // A block that gives an error instead of bytes: a folder does so too.
  rmSync(file);
  mkdirSync(file);
  expect(open().data).toEqual({ n: 2 });
  rmSync(`${file}.copy`);
  expect(open).toThrow(expect.objectContaining({ code: 'EISDIR' }) as Error);
});

test('a small file is private, replaced whole, and set aside when it cannot be read', () => {
  const file = join(folder, 'settings.json');
  const schema = z.strictObject({ n: z.int() });
  const opened = openJsonFile(file, schema, () => ({ n: 1 }), none);
  opened.update((data) => (data.n = 2));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ n: 2 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(`${file}.copy`).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['settings.json', 'settings.json.copy']);

  // A disk that is nearly full takes a part of a write and says so only in its count.
  const script = `
    import { z } from 'zod';
    import { openJsonFile } from './player/engine/json-file.ts';
    const file = openJsonFile(process.argv[1], z.unknown(), () => null, () => {});
    file.data = { n: 3, text: 'x'.repeat(20_000) };
    try { file.write(); } catch (error) { process.stdout.write(error.code); }`;
  const node = ['--input-type=module', '-e', script, file]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
  expect(execFileSync('bash', ['-c', `ulimit -f 8; exec '${process.execPath}' ${node}`], { encoding: 'utf8' })).toBe(
    'EFBIG',
  );
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ n: 2 });

  for (const path of [file, `${file}.copy`]) writeFileSync(path, '{"n": "two"}');
  const damaged: string[] = [];
  expect(
    openJsonFile(
      file,
      schema,
      () => ({ n: 7 }),
      (found) => damaged.push(found),
    ).data,
  ).toEqual({ n: 7 });
  expect(damaged).toEqual([file, `${file}.copy`]);
});

test('what a later player has written is read where it says that it can be, as after going back, and not touched otherwise', () => {
  openStore(path(), () => 1, none).close();
  const later = (readableBy: number | null) => {
    const db = new DatabaseSync(path());
    db.exec(`PRAGMA user_version = ${dataSchema.schema + 1}`);
    db.exec("CREATE TABLE IF NOT EXISTS added (x TEXT); DELETE FROM meta WHERE key = 'readableBy'");
    if (readableBy !== null) db.prepare("INSERT INTO meta VALUES ('readableBy', ?)").run(String(readableBy));
    db.close();
  };
  later(dataSchema.schema);
  const store = openStore(path(), () => 1, none);
  store.writeMeta('alive', true);
  expect(store.db.prepare('PRAGMA user_version').get()).toEqual({ user_version: dataSchema.schema + 1 });
  store.close();
  for (const tooNew of [dataSchema.schema + 1, null]) {
    later(tooNew);
    expect(() => openStore(path(), () => 1, none)).toThrow(/knows/);
  }
});
