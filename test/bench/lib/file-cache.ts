/** The kernel's cache of files. */
import { execFile } from 'node:child_process';
import { statfs, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** linux/magic.h TMPFS_MAGIC */
const tmpfs = 0x01021994;

/** Why what lies in a folder cannot be read from the disk again; null: it can. */
export async function whyNeverCold(folder: string): Promise<string | null> {
  if ((await statfs(folder)).type === tmpfs) return `${folder} is in memory`;
  return dropFileCache().then(
    () => null,
    (error: unknown) => `the file cache cannot be dropped, for which one must be root on Linux: ${String(error)}`,
  );
}

/** Drops it, for the whole machine. What a program that runs has mapped stays, and what holds the disk may have a cache of its own. */
export async function dropFileCache(): Promise<void> {
  // What is not on the disk yet is kept.
  await promisify(execFile)('sync');
  await writeFile('/proc/sys/vm/drop_caches', '3');
}
