/** A folder of a version is whole or not there, wherever the power goes while it is unpacked; and nothing gets out of it. */
import type * as Fs from 'node:fs';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { unpackRelease } from './unpack.ts';

const power = vi.hoisted(() => ({ left: Infinity }));
const off = (): never => {
  throw Object.assign(new Error('the power is off'), { syscall: 'write' });
};
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  return { ...fs, fsyncSync: (handle: number) => (power.left-- > 0 ? fs.fsyncSync(handle) : off()) };
});
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof FsPromises>();
  const use =
    <Args extends unknown[], R>(work: (...args: Args) => R) =>
    (...args: Args): R =>
      power.left-- > 0 ? work(...args) : off();
  const open = use(async (...args: Parameters<typeof fs.open>) => {
    const file = await fs.open(...args);
    file.appendFile = use(file.appendFile.bind(file));
    file.sync = use(file.sync.bind(file));
    return file;
  });
  return { ...fs, open, rename: use(fs.rename) };
});

let folder: string;
const target = () => join(folder, '0.2.0-0123456789abcdef');
beforeEach(() => {
  power.left = Infinity;
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-unpack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const program = { name: 'engine/main.cjs', text: 'engine '.repeat(30_000) };
const page = { name: 'stage/index.html', text: '<!doctype html>' };
async function archive(...entries: (Partial<Header> & { name: string; text: string })[]): Promise<string> {
  const tar = pack();
  for (const { text, ...header } of entries) tar.entry(header, text);
  tar.finalize();
  const path = join(folder, 'archive');
  writeFileSync(path, brotliCompressSync(await buffer(tar)));
  return path;
}
const unpack = (path: string) => unpackRelease(path, target(), 1_000_000);

test('the folder has its name when all of it is on the disk, and not before', async () => {
  const path = await archive(program, page, { name: 'stage/assets/a-1.js', text: '1' });
  for (let cutAt = 0; ; cutAt++) {
    rmSync(target(), { recursive: true, force: true });
    power.left = cutAt;
    const done = await unpack(path).then(
      () => true,
      () => false,
    );
    power.left = Infinity;
    if (existsSync(target())) {
      expect(readFileSync(join(target(), program.name), 'utf8')).toBe(program.text);
      expect(readFileSync(join(target(), page.name), 'utf8')).toBe(page.text);
      expect(readFileSync(join(target(), 'stage/assets/a-1.js'), 'utf8')).toBe('1');
    } else expect(done).toBe(false);
    if (done) break;
    // The next start goes on from whatever is left.
    await unpack(path).catch((error: unknown) => {
      if (!existsSync(target())) throw error;
    });
    expect(existsSync(join(target(), page.name))).toBe(true);
    expect(cutAt).toBeLessThan(60);
  }
});

test.each<[string, (Partial<Header> & { name: string; text: string })[]]>([
  ['a file outside', [program, page, { name: '../evil', text: '' }]],
  ['a file outside by a detour', [program, page, { name: 'stage/../../evil', text: '' }]],
  ['a hidden file', [program, page, { name: 'stage/.sources', text: '' }]],
  ['another folder', [program, page, { name: 'state.json', text: '' }]],
  ['a link', [program, page, { name: 'stage/a', type: 'symlink', linkname: '/etc/passwd', text: '' }]],
  ['a file twice', [program, page, page]],
  ['no program', [page]],
  ['too much', [program, page, { name: 'stage/a', text: 'a'.repeat(1_000_000) }]],
])('an archive with %s is refused, and leaves nothing', async (_, entries) => {
  await expect(unpack(await archive(...entries))).rejects.toMatchObject({ code: 'update_archive_wrong' });
  expect(existsSync(target())).toBe(false);
  expect(existsSync(join(folder, '../evil'))).toBe(false);
});

test('what is no archive is refused, and so is one that ends too early', async () => {
  const path = join(folder, 'archive');
  writeFileSync(path, 'nothing of the kind');
  await expect(unpack(path)).rejects.toMatchObject({ code: 'update_archive_wrong' });
  const whole = readFileSync(await archive(program, page));
  writeFileSync(path, whole.subarray(0, whole.length - 20));
  await expect(unpack(path)).rejects.toMatchObject({ code: 'update_archive_wrong' });
});
