/** Copies an installation into one file, while the CMS runs or not. */
import { copyFile, link, mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../files.ts';
import { copySqlite, filesNamedIn } from '../store/sqlite-file.ts';
import { BackupError, entryName, neededEntries, writeArchive, type Source } from './archive.ts';

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

/** Moments tried: at one of them nothing is being finished or thrown away. */
const mostMoments = 5;

/**
 * The database as it is at one moment, and links to the files that it names, made at once: what the CMS throws away afterwards
 * stays until it is copied. `file` appears whole or not at all.
 * @throws BackupError `backup_exists`, `backup_no_data`
 */
export async function backUp({ data, file, now, onProgress }: BackupOptions): Promise<BackupReport> {
  if (await exists(file))
    throw new BackupError('backup_exists', `${file} exists already; give a name that is not taken`);
  for (const needed of neededEntries)
    if (!(await exists(join(data, needed))))
      throw new BackupError(
        'backup_no_data',
        `${data} holds no ${needed}; name the data folder of the CMS with --data`,
      );
  // Beside the backup: that disk has to have the room in any case.
  const work = await mkdtemp(join(dirname(file), `.${basename(file)}-`));
  // Links are made on the disk of the data.
  const held = await mkdtemp(join(data, '.backup-'));
  try {
    const { snapshot, named, sources } = await holdMoment(data, work, held);
    const all = [{ name: 'cms.sqlite', path: snapshot }, ...sources];
    const archive = join(work, 'backup.tar');
    const { entries } = await writeArchive(archive, all, now(), (done) => onProgress(done, all.length));
    await sync(archive);
    await rename(archive, file);
    await syncFolder(dirname(file));
    // Named by its content: one whose bytes are something else is as good as none.
    const hashes = new Set(entries.map(({ sha256 }) => sha256));
    return {
      files: entries.length,
      bytes: (await stat(file)).size,
      missing: named.assets.filter((hash) => !hashes.has(hash)),
    };
  } finally {
    await rm(held, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  }
}

interface Moment {
  readonly snapshot: string;
  readonly named: { readonly assets: string[]; readonly uploads: string[] };
  readonly sources: readonly Source[];
}

/** An upload that was processed between the copy of the database and the links would be in neither form: then another moment. */
async function holdMoment(data: string, work: string, held: string): Promise<Moment> {
  for (let moment = 1; ; moment++) {
    const snapshot = join(work, `cms-${moment}.sqlite`);
    copySqlite(join(data, 'cms.sqlite'), snapshot);
    const named = filesNamedIn(snapshot);
    const sources = await hold(data, join(held, String(moment)), named.uploads);
    const names = new Set(sources.map(({ name }) => name));
    const whole =
      named.uploads.every((id) => names.has(`uploads/${id}`)) &&
      named.assets.every((hash) => names.has(`media/${hash.slice(0, 2)}/${hash}`));
    if (whole || moment === mostMoments) return { snapshot, named, sources };
  }
}

/** Links to keys, media, releases, and uploads that wait to be processed. What has gone meanwhile is left out. */
async function hold(data: string, held: string, uploads: readonly string[]): Promise<Source[]> {
  const names = (await readdir(join(data, 'keys'))).map((key) => `keys/${key}`);
  for (const folder of await list(join(data, 'media')))
    for (const asset of await list(join(data, 'media', folder))) names.push(`media/${folder}/${asset}`);
  names.push(...uploads.map((upload) => `uploads/${upload}`));
  for (const release of await list(join(data, 'releases'))) names.push(`releases/${release}`);
  const sources: Source[] = [];
  for (const name of names.filter((each) => entryName.safeParse(each).success)) {
    const path = join(held, name);
    await mkdir(dirname(path), { recursive: true });
    if (await linked(join(data, name), path)) sources.push({ name, path });
  }
  return sources;
}

/** @returns false when there is no such file any more */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    // Some file systems have no links.
    await link(from, to).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw error;
      return copyFile(from, to);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    // None yet, or a file beside the folders.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

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
