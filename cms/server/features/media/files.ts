/**
 * The two folders of media. `uploads` holds what people send (tus: `<id>` and `<id>.json`), until it is processed. `media` holds what
 * boards play, named by content (`<first two digits>/<sha256>`), and `media/tmp/<media id>` what is being made.
 */
import { copyFile, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import { syncFolder } from '../../files.ts';

export class MediaFolders {
  readonly #media: string;
  readonly #uploads: string;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folders: Context['folders']) {
    this.#media = folders.media;
    this.#uploads = folders.uploads;
  }

  upload(id: string): string {
    return join(this.#uploads, id);
  }

  work(id: string): string {
    return join(this.#media, 'tmp', id);
  }

  asset(hash: string): string {
    return join(this.#media, hash.slice(0, 2), hash);
  }

  /**
   * One at a time: whoever puts assets and their rows in place, and whoever takes them away. Else a file that comes again while its
   * twin goes for good would have a row and no bytes.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async hasUpload(id: string): Promise<boolean> {
    try {
      await stat(this.upload(id));
      return true;
    } catch (error) {
      // Any other error says nothing about the file.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** Copies a file into the uploads, as if it had been sent. */
  async takeIn(id: string, file: string): Promise<void> {
    await mkdir(this.#uploads, { recursive: true });
    await copyFile(file, this.upload(id), constants.COPYFILE_FICLONE);
  }

  /** Brings an upload to the disk itself: after a power cut its row must not stand for half a file. */
  async syncUpload(id: string): Promise<void> {
    await syncFile(this.upload(id));
    await syncFolder(this.#uploads);
  }

  async removeUpload(id: string): Promise<void> {
    await rm(this.upload(id), { force: true });
    await rm(`${this.upload(id)}.json`, { force: true });
  }

  async removeWork(id: string): Promise<void> {
    await rm(this.work(id), { recursive: true, force: true });
  }

  /** Empties what a process that ended in the middle left behind. */
  async removeAllWork(): Promise<void> {
    await rm(join(this.#media, 'tmp'), { recursive: true, force: true });
  }

  /** Puts a finished file, already on disk, to its final name. @returns whether it was not there before */
  async keep(file: string, hash: string): Promise<boolean> {
    const target = this.asset(hash);
    const known = await stat(target).then(
      () => true,
      () => false,
    );
    await mkdir(dirname(target), { recursive: true });
    await rename(file, target);
    await syncFolder(dirname(target));
    await syncFolder(this.#media);
    return !known;
  }

  /** Puts a copy of an upload among the media, as `keep` does; the upload stays, until what names the copy is recorded. */
  async keepUpload(id: string, hash: string): Promise<boolean> {
    const copy = join(this.work(id), 'original');
    await mkdir(this.work(id), { recursive: true });
    await copyFile(this.upload(id), copy, constants.COPYFILE_FICLONE);
    await syncFile(copy);
    return this.keep(copy, hash);
  }

  async removeAsset(hash: string): Promise<void> {
    await rm(this.asset(hash), { force: true });
  }

  /** As `removeAsset`, and not even a power cut brings it back. */
  async purgeAsset(hash: string): Promise<void> {
    const file = this.asset(hash);
    await rm(file, { force: true });
    await syncFolder(dirname(file)).catch((error: unknown) => {
      // There never was a file.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
  }

  /** Bytes that may still be written to the uploads' disk. */
  async free(): Promise<number> {
    await mkdir(this.#uploads, { recursive: true });
    const { bavail, bsize } = await statfs(this.#uploads);
    return bavail * bsize;
  }

  /** Uploads by id with the time of their last byte, ms UTC. */
  async uploads(): Promise<{ id: string; changedAt: number }[]> {
    const names = await readdir(this.#uploads).catch(() => []);
    const ids = new Set(names.map((name) => name.replace(/\.json$/, '')));
    const found: { id: string; changedAt: number }[] = [];
    for (const id of ids) {
      const times = await Promise.all(
        [this.upload(id), `${this.upload(id)}.json`].map((path) =>
          stat(path).then(
            (s) => s.mtimeMs,
            () => 0,
          ),
        ),
      );
      found.push({ id, changedAt: Math.max(...times) });
    }
    return found;
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
