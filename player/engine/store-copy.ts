/** A copy of the store for as long as the machine runs, where the disk takes no change: what it holds can be played all the same. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN. */
const refusals = [8, 10, 13, 14];
const systemRefusals = ['EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOSPC', 'EDQUOT'];

/** The disk is full, failing, or may only be read; as opposed to a damaged file, or one in use. */
export function isRefusal(error: unknown): boolean {
  const { errcode = 0, code = '' } = error as { errcode?: number; code?: string };
  return refusals.includes(errcode & 0xff) || systemRefusals.includes(code);
}

/**
 * Copies a database to where something can be written; as much of it as can be read.
 * @returns its new path. @throws the system's error when there is no such place
 */
export function copyStore(path: string): string {
  const copy = join(temporaryFolder(path), basename(path));
  try {
    for (const suffix of ['', '-wal']) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  } catch {
    // What the disk does not give is asked of the CMS.
    for (const suffix of ['', '-wal']) rmSync(copy + suffix, { force: true });
  }
  return copy;
}

/** In memory where there is such a place: the disk of /tmp may be the one that fails. */
function temporaryFolder(path: string): string {
  const prefix = `bang-tin-store-${createHash('sha256').update(path).digest('hex').slice(0, 12)}-`;
  const memory = process.platform === 'linux' ? '/dev/shm' : undefined;
  for (const parent of [process.env.XDG_RUNTIME_DIR, memory]) {
    if (parent === undefined) continue;
    try {
      return newFolder(parent, prefix);
    } catch {
      // The next one.
    }
  }
  return newFolder(tmpdir(), prefix);
}

/** Those of engines that were killed go. */
function newFolder(parent: string, prefix: string): string {
  for (const name of readdirSync(parent)) if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true });
  return mkdtempSync(join(parent, prefix));
}
