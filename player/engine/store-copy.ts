/** A copy of the store for as long as the machine runs, where the disk takes no change: what it holds can be played all the same. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN. */
const refusals = [8, 10, 13, 14];
/** Of a page of the database. */
const blockBytes = 4096;
const systemRefusals = ['EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOSPC', 'EDQUOT'];

/** The disk is full, failing, or may only be read; as opposed to a damaged file, or one in use. */
export function isRefusal(error: unknown): boolean {
  const { errcode = 0, code = '' } = error as { errcode?: number; code?: string };
  return refusals.includes(errcode & 0xff) || systemRefusals.includes(code);
}

/**
 * Copies a database to where something can be written and there is room for it; where there is none, or the disk does not give it, what is
 * missing is asked of the CMS.
 * @param name of the copy
 * @returns its path. @throws the system's error when nothing can be written anywhere
 */
export function copyStore(path: string, name: string): string {
  const prefix = `bang-tin-store-${createHash('sha256').update(join(dirname(path), name)).digest('hex').slice(0, 12)}-`;
  let empty: string | null = null;
  let failure: unknown;
  for (const parent of places()) {
    let folder: string;
    try {
      folder = newFolder(parent, prefix);
    } catch (error) {
      failure ??= error;
      continue;
    }
    const copy = join(folder, name);
    try {
      for (const suffix of ['', '-wal']) copyReadable(path + suffix, copy + suffix);
      if (empty !== null) rmSync(dirname(empty), { recursive: true, force: true });
      return copy;
    } catch {
      for (const suffix of ['', '-wal']) rmSync(copy + suffix, { force: true });
      if (empty === null) empty = copy;
      else rmSync(folder, { recursive: true, force: true });
    }
  }
  if (empty === null) throw failure;
  return empty;
}

/** Worn flash gives an error for single blocks: they are left empty, and what is damaged by that is salvaged (store.ts). */
function copyReadable(path: string, copy: string): void {
  if (!existsSync(path)) return;
  try {
    return copyFileSync(path, copy);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
  }
  const [from, to] = [openSync(path, 'r'), openSync(copy, 'w', 0o600)];
  try {
    const { size } = fstatSync(from);
    for (let at = 0; at < size; at += blockBytes) {
      const block = Buffer.alloc(Math.min(blockBytes, size - at));
      try {
        readSync(from, block, 0, block.length, at);
      } catch {
        block.fill(0);
      }
      writeSync(to, block, 0, block.length, at);
    }
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

/** First in memory: the disk of /tmp may be the one that fails. */
const places = (): string[] => [
  ...(process.env.XDG_RUNTIME_DIR === undefined ? [] : [process.env.XDG_RUNTIME_DIR]),
  ...(process.platform === 'linux' ? ['/dev/shm'] : []),
  tmpdir(),
];

/** Those of engines that were killed go. */
function newFolder(parent: string, prefix: string): string {
  for (const name of readdirSync(parent)) if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true });
  return mkdtempSync(join(parent, prefix));
}
