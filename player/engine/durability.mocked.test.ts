/**
 * What makes written data outlive a power cut: the order in which it is forced to the disk. A test that kills a process cannot see
 * it, since the system writes on for the dead.
 */
import { createHash } from 'node:crypto';
import type * as Fs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { openJsonFile } from './json-file.ts';
import { Library } from './library.ts';
import { openStore } from './store.ts';

/** What was asked of the disk, in order; paths as they were opened. */
const disk = vi.hoisted(() => ({ asked: [] as string[], opened: new Map<number, string>() }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const openSync = (...args: Parameters<typeof fs.openSync>) => {
    const handle = fs.openSync(...args);
    disk.opened.set(handle, String(args[0]));
    return handle;
  };
  const fsyncSync = (handle: number) => {
    fs.fsyncSync(handle);
    disk.asked.push(`sync ${disk.opened.get(handle)}`);
  };
  const renameSync = (from: string, to: string) => {
    fs.renameSync(from, to);
    disk.asked.push(`rename ${from} ${to}`);
  };
  return { ...fs, openSync, fsyncSync, renameSync };
});
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof FsPromises>();
  const open = async (...args: Parameters<typeof fs.open>) => {
    const file = await fs.open(...args);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      await sync();
      disk.asked.push(`sync ${String(args[0])}`);
    };
    const appendFile = file.appendFile.bind(file);
    file.appendFile = async (data, options) => {
      await appendFile(data, options);
      disk.asked.push(`write ${String(args[0])}`);
    };
    return file;
  };
  const rename = async (from: string, to: string) => {
    await fs.rename(from, to);
    disk.asked.push(`rename ${from} ${to}`);
  };
  return { ...fs, open, rename };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-durability-'));
  disk.asked.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `sync a`, `rename a b`, with names instead of paths; the folder itself is `.`. */
const asked = () =>
  disk.asked.map((line) =>
    line
      .split(' ')
      .map((word) => (word === folder ? '.' : basename(word)))
      .join(' '),
  );

test('the store answers only when its log is on the disk: WAL with synchronous FULL', () => {
  const store = openStore(
    join(folder, 'player.db'),
    () => 1,
    () => undefined,
  );
  expect(store.db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(store.db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  store.close();
});

test.skipIf(process.platform === 'win32')(
  'a small file is on the disk before it takes its name, and its name before anybody goes on',
  () => {
    const file = openJsonFile(
      join(folder, 'identity.json'),
      z.number(),
      () => 1,
      () => undefined,
    );
    file.data = 2;
    file.write();
    const written = (name: string) => [`sync ${name}.tmp`, `rename ${name}.tmp ${name}`, 'sync .'];
    expect(asked()).toEqual([...written('identity.json'), ...written('identity.json.copy')]);
  },
);

test.skipIf(process.platform === 'win32')('so is an asset before it counts as there', async () => {
  const bytes = Buffer.from('a picture');
  const hash = createHash('sha256').update(bytes).digest('hex');
  const library = new Library(
    folder,
    () => 1,
    () => undefined,
  );
  const ref = { hash, size: bytes.length, mediaType: 'image/png' } as const;
  await library.fetch(
    ref,
    () => Promise.resolve(new Response(bytes)),
    new AbortController().signal,
    () => Promise.resolve(),
  );
  expect(library.has(ref)).toBe(true);
  expect(asked()).toEqual([`write ${hash}.part`, `sync ${hash}.part`, `rename ${hash}.part ${hash}`, 'sync .']);
});
