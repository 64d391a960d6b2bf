/** The kernel's cache of files. */
import { writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Why this machine's cannot be dropped; null: it can. Drops it, where it can. Only the machine's own: what holds its disk may have one, too. */
export async function dropFileCache(): Promise<string | null> {
  try {
    // What is not on the disk yet is kept.
    await promisify(execFile)('sync');
    await writeFile('/proc/sys/vm/drop_caches', '3');
    return null;
  } catch (error) {
    return `the file cache cannot be dropped, for which one must be root on Linux: ${String(error)}`;
  }
}
