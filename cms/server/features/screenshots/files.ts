/** The folder of pictures: `<id>.webp`, and under `tmp` what is being made. */
import { mkdir, opendir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeNewFile } from '../../files.ts';

/** @throws what else went wrong */
function ifAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

export class ScreenshotFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  picture(id: string): string {
    return join(this.#folder, `${id}.webp`);
  }

  /** Bytes of the picture; null when it is not there. */
  async size(id: string): Promise<number | null> {
    const found = await stat(this.picture(id)).catch(ifAbsent);
    return found?.size ?? null;
  }

  /**
   * Makes a picture of what was brought, in files of its own.
   * @param make writes `target` from `source`
   */
  async make<T>(id: string, bytes: Uint8Array, make: (source: string, target: string) => Promise<T>): Promise<T> {
    const work = join(this.#folder, 'tmp');
    await mkdir(work, { recursive: true, mode: 0o700 });
    const [source, target] = [join(work, `${id}.in`), join(work, `${id}.webp`)];
    try {
      await this.#clear(source, target);
      await writeNewFile(source, bytes, 0o600);
      const made = await make(source, target);
      await rename(target, this.picture(id));
      await syncFolder(this.#folder);
      return made;
    } finally {
      await this.#clear(source, target);
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#clear(...ids.map((id) => this.picture(id)));
  }

  /** Ids of the pictures that lie here. A folder that cannot be read is an error, not an empty one. */
  async *ids(): AsyncGenerator<string> {
    const folder = await opendir(this.#folder, { bufferSize: 500 }).catch(ifAbsent);
    if (!folder) return;
    for await (const { name } of folder) if (name.endsWith('.webp')) yield name.slice(0, -'.webp'.length);
  }

  async #clear(...paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(path, { force: true });
  }
}
