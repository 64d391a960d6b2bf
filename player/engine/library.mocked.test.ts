/** What becomes of a file of the library that cannot be read, and of what nobody needs when room is short. */
import { createHash } from 'node:crypto';
import type * as Fs from 'node:fs';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Library, reservedBytes } from './library.ts';

const disk = vi.hoisted(() => ({ failing: null as string | null, readOnly: false, room: 1e12 }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const createReadStream = (...args: Parameters<typeof fs.createReadStream>) => {
    const { failing } = disk;
    if (failing === null) return fs.createReadStream(...args);
    return new Readable({ read: () => undefined }).destroy(Object.assign(new Error(failing), { code: failing }));
  };
  const renameSync = (...args: Parameters<typeof fs.renameSync>) => {
    if (disk.readOnly) throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
    fs.renameSync(...args);
  };
  const statfsSync = () => ({ bsize: 1, blocks: 1e12, bavail: disk.room });
  return { ...fs, createReadStream, renameSync, statfsSync };
});

const bytes = Buffer.from('a picture');
const hash = createHash('sha256').update(bytes).digest('hex');
const atOnce = () => Promise.resolve();
let folder: string;
let damaged: string[];
let library: Library;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-library-'));
  damaged = [];
  now = 1;
  library = new Library(
    folder,
    () => now,
    (name) => damaged.push(name),
  );
  writeFileSync(library.path(hash), bytes);
});
afterEach(() => {
  disk.failing = null;
  disk.readOnly = false;
  disk.room = 1e12;
  rmSync(folder, { recursive: true, force: true });
});

test('too many open files say nothing about this one: it stays, and is read again', async () => {
  disk.failing = 'EMFILE';
  expect(await library.verify(hash)).toBe(false);
  expect([damaged, existsSync(library.path(hash))]).toEqual([[], true]);
  disk.failing = null;
  expect(await library.verify(hash)).toBe(true);
});

test('a file that the disk cannot read is set aside', async () => {
  disk.failing = 'EIO';
  expect(await library.verify(hash)).toBe(false);
  expect(damaged).toEqual([hash]);
  expect(readdirSync(folder)).toEqual([`${hash}.corrupt-1`]);
});

test('a damaged file on a disk that lets nothing be moved is reported, and not shown', async () => {
  writeFileSync(library.path(hash), 'another picture');
  disk.readOnly = true;
  expect(await library.verify(hash)).toBe(false);
  expect(damaged).toEqual([hash]);
});

test('a CMS that has less than was fetched is asked from the start next time, and its answer lets go of its connection', async () => {
  rmSync(library.path(hash));
  writeFileSync(`${library.path(hash)}.part`, 'a pic');
  const cancelled = vi.fn();
  const refusal = new Response(new ReadableStream({ cancel: cancelled }), { status: 416 });
  const ref = { hash, size: bytes.length, mediaType: 'image/png' } as const;
  const { signal } = new AbortController();
  const asked: number[] = [];
  const get = (answer: Response) => (_: string, from: number) => {
    asked.push(from);
    return Promise.resolve(answer);
  };
  await expect(library.fetch(ref, get(refusal), signal, atOnce)).rejects.toMatchObject({ code: 'asset_range_refused' });
  expect(cancelled).toHaveBeenCalledOnce();
  await library.fetch(ref, get(new Response(bytes)), signal, atOnce);
  expect(asked).toEqual([5, 0]);
  expect(library.has(ref)).toBe(true);
});

test('a file that was right is believed, until somebody could not show it', async () => {
  expect(await library.verify(hash)).toBe(true);
  disk.failing = 'EIO';
  expect(await library.verify(hash)).toBe(true);
  expect(await library.verifyAnew(hash)).toBe(false);
  expect(damaged).toEqual([hash]);
  expect(existsSync(library.path(hash))).toBe(false);
});

const hashes = new Map(['a', 'b', 'c', 'd'].map((name) => [name, createHash('sha256').update(name).digest('hex')]));
const put = (name: string, suffix = ''): void => writeFileSync(library.path(hashes.get(name)!) + suffix, name);
const need = (...names: string[]): ReadonlySet<string> => new Set([hash, ...names.map((name) => hashes.get(name)!)]);
const names = (): string[] => {
  const nameOf = new Map([...hashes].map(([name, known]) => [known, name]));
  const files = readdirSync(folder).filter((file) => file !== hash);
  return files.map((file) => file.replace(/^[0-9a-f]{64}/, (known) => nameOf.get(known)!)).toSorted();
};

test('parts of files that nobody needs go first, then what was needed longest ago; what is needed never', () => {
  for (const name of ['a', 'b', 'c']) put(name);
  put('d', '.part');
  library.tidy(need('a', 'b'));
  now = 60_000;
  library.tidy(need('b', 'c'));
  // One byte short, so that each time one file goes.
  disk.room = reservedBytes - 1;
  expect(library.free(need('c'), 0)).toBe(1);
  expect(names()).toEqual(['a', 'b', 'c']);
  expect(library.free(need('c'), 0)).toBe(1);
  expect(names()).toEqual(['b', 'c']);
  expect(library.free(need('c'), Infinity)).toBe(1);
  expect(library.free(need('c'), Infinity)).toBe(0);
  expect(names()).toEqual(['c']);
});

test('the part of a file that is needed stays, and what is damaged is kept for a look', () => {
  put('a', '.part');
  put('b');
  library.setAside(hashes.get('b')!);
  library.free(need('a'), Infinity);
  expect(names()).toEqual(['a.part', 'b.corrupt-1']);
});

test('nothing goes while there is room', () => {
  put('a');
  expect(library.free(need(), 0)).toBe(0);
  expect(names()).toEqual(['a']);
});

test('a file that is needed once more is believed as before', async () => {
  expect(await library.verify(hash)).toBe(true);
  now = 60_000;
  library.tidy(need());
  disk.failing = 'EIO';
  expect(await library.verify(hash)).toBe(true);
});
