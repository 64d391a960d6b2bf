/** Copies an installation into one file, while the CMS runs or not. */
import { mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../files.ts';
import { copySqlite, filesNamedIn } from '../store/sqlite-file.ts';
import { BackupError, entryName, writeArchive, type Source } from './archive.ts';

export interface BackupReport {
  readonly files: number;
  readonly bytes: number;
  /** Hashes of media that the database names and the disk lacks, or holds damaged. */
  readonly missing: readonly string[];
}

export interface BackupOptions {
  /** The data folder. */
  readonly data: string;
  /** Where the backup goes; must not exist. */
  readonly file: string;
  readonly now: () => number;
  readonly onProgress: (done: number, of: number) => void;
}

/**
 * First the database, as it is at one moment, then the media: those are named by their content and never change, so whatever the
 * copy of the database names is among them. `file` appears whole or not at all.
 * @throws BackupError `backup_exists`, `backup_no_data`
 */
export async function backUp({ data, file, now, onProgress }: BackupOptions): Promise<BackupReport> {
  if (await exists(file))
    throw new BackupError('backup_exists', `${file} exists already; give a name that is not taken`);
  if (!(await exists(join(data, 'cms.sqlite'))))
    throw new BackupError('backup_no_data', `${data} holds no Bảng Tin database; name the folder with --data`);
  // Beside the backup: that disk has to have the room in any case.
  const work = await mkdtemp(join(dirname(file), `.${basename(file)}-`));
  try {
    const snapshot = join(work, 'cms.sqlite');
    copySqlite(join(data, 'cms.sqlite'), snapshot);
    const named = filesNamedIn(snapshot);
    const sources = [{ name: 'cms.sqlite', path: snapshot }, ...(await sourcesIn(data, named.uploads))];
    const archive = join(work, 'backup.tar');
    const { entries } = await writeArchive(archive, sources, now(), (done) => onProgress(done, sources.length));
    await sync(archive);
    await rename(archive, file);
    await syncFolder(dirname(file));
    // Named by its content: one whose bytes are something else is as good as none.
    const held = new Set(entries.map(({ sha256 }) => sha256));
    return {
      files: entries.length,
      bytes: (await stat(file)).size,
      missing: named.assets.filter((hash) => !held.has(hash)),
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Keys, media, and uploads that wait to be processed. */
async function sourcesIn(data: string, uploads: readonly string[]): Promise<Source[]> {
  const names: string[] = [];
  for (const key of await list(join(data, 'keys'))) names.push(`keys/${key}`);
  for (const folder of await list(join(data, 'media')))
    for (const asset of await list(join(data, 'media', folder))) names.push(`media/${folder}/${asset}`);
  const waiting = new Set(uploads);
  for (const upload of await list(join(data, 'uploads'))) if (waiting.has(upload)) names.push(`uploads/${upload}`);
  return names.filter((name) => entryName.safeParse(name).success).map((name) => ({ name, path: join(data, name) }));
}

const list = async (folder: string): Promise<string[]> => (await readdir(folder).catch(() => [])).sort();

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
