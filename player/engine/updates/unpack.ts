/** An archive of a release (tar in Brotli) becomes a folder: whole and on the disk, or not there. */
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import { releaseFileName, releaseFilesFault } from '../../../shared/protocol/release-files.ts';
import { RefusedError } from '../documents.ts';
import { syncFolder } from '../json-file.ts';

/**
 * Unpacks beside `folder`, then renames: the folder has its name only when every byte of it is on the disk.
 * @param most sum of the files, bytes
 * @throws RefusedError `update_archive_wrong`, or the disk's error
 */
export async function unpackRelease(archive: string, folder: string, most: number): Promise<void> {
  const parent = dirname(folder);
  const fresh = join(parent, `.${basename(folder)}.new`);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const folders = new Set([fresh]);
  const names = new Set<string>();
  let left = most;
  const entries = extract();
  const feeding = pipeline(createReadStream(archive), createBrotliDecompress(), entries).catch((error: unknown) => {
    entries.destroy();
    throw isDisk(error) ? error : wrong('it cannot be unpacked', error);
  });
  // Awaited below; one that fails first must not end the process.
  feeding.catch(() => undefined);
  try {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header;
      if (type !== 'file' || !releaseFileName.test(name) || names.has(name)) throw wrong(`it holds ${name}`);
      left -= size;
      if (left < 0) throw wrong(`it is larger than ${most} bytes`);
      names.add(name);
      const path = join(fresh, name);
      for (let at = dirname(path); at.length > fresh.length; at = dirname(at)) folders.add(at);
      mkdirSync(dirname(path), { recursive: true });
      const file = await open(path, 'wx', 0o600);
      try {
        for await (const chunk of entry) await file.appendFile(chunk as Buffer);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    await feeding;
    const fault = releaseFilesFault([...names]);
    if (fault !== null) throw wrong(fault);
  } catch (error) {
    entries.destroy();
    await feeding.catch((cause: unknown) => {
      if (isDisk(cause)) throw cause;
    });
    rmSync(fresh, { recursive: true, force: true });
    throw error instanceof RefusedError || isDisk(error) ? error : wrong('it cannot be unpacked', error);
  }
  for (const at of folders) syncFolder(at);
  await rename(fresh, folder);
  syncFolder(parent);
}

const isDisk = (error: unknown): boolean => typeof (error as NodeJS.ErrnoException).syscall === 'string';
const wrong = (why: string, cause?: unknown): RefusedError =>
  new RefusedError('update_archive_wrong', `The archive of a release is refused: ${why}`, { cause });
