/** Brings a backup back as a data folder. The CMS that is started on it continues in a higher epoch (marker `restored`). */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makePrivateFolder, syncFolder, writeNewFile } from '../files.ts';
import { sqliteDamage } from '../store/sqlite-file.ts';
import { BackupError, neededEntries, readArchive, type BackupManifest } from './archive.ts';
import { restoredMarker } from './marker.ts';

export interface RestoreOptions {
  readonly file: string;
  /** The data folder; must be absent or empty. */
  readonly data: string;
  readonly onProgress: (done: number) => void;
}

/**
 * The folder appears when everything in it is verified and on the disk, or not at all.
 * @throws BackupError `restore_not_empty`, `restore_no_place`, `backup_unreadable`, `backup_damaged`, `backup_newer`
 */
export async function restore({ file, data, onProgress }: RestoreOptions): Promise<BackupManifest> {
  const there = await readdir(data).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new BackupError('restore_not_empty', `${data} cannot be used: ${error.message}`, error);
  });
  if (there !== null && there.length > 0)
    throw new BackupError('restore_not_empty', `${data} is not empty; move it away or name another folder with --data`);
  const made = join(dirname(data), `.${basename(data)}-restoring`);
  try {
    // Left behind by a restore that was cut off.
    await rm(made, { recursive: true, force: true });
    await makePrivateFolder(made);
    // A mount point cannot be replaced: found out before, not after the work.
    if (there !== null) await rmdir(data);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw new BackupError(
      'restore_no_place',
      `${data} cannot be made whole in one step (${(error as Error).message}); name a new folder that may be made, such as ${join(data, 'restored')}, and start the CMS on that`,
      error,
    );
  }
  try {
    let done = 0;
    const folders = new Set([made]);
    const manifest = await readArchive(file, async (name, bytes) => {
      const path = join(made, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      folders.add(dirname(path)).add(dirname(dirname(path)));
      await pipeline(bytes, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
      onProgress(++done);
    });
    checkWhole(manifest, join(made, 'cms.sqlite'));
    await writeNewFile(join(made, restoredMarker), `${new Date(manifest.createdAt).toISOString()}\n`, 0o600);
    for (const folder of folders) if (folder.startsWith(made)) await syncFolder(folder);
    await rename(made, data);
    await syncFolder(dirname(data));
    return manifest;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

function checkWhole(manifest: BackupManifest, database: string): void {
  const names = new Set(manifest.entries.map(({ name }) => name));
  for (const needed of neededEntries)
    if (!names.has(needed)) throw new BackupError('backup_damaged', `The backup is damaged: it lacks ${needed}`);
  const said = sqliteDamage(database);
  if (said !== null) throw new BackupError('backup_damaged', `The database in the backup is damaged: ${said}`);
}
