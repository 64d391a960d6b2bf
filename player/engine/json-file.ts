/** Small JSON files that survive a power cut at any moment, as an adapter for lowdb. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LowSync, type SyncAdapter } from 'lowdb';
import type { z } from 'zod';

/** Forces a rename in `folder` to the disk. Windows cannot open folders and needs no such thing. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Temp file, fsync, rename: a reader sees the old content or the new, never a half. Only the owner may read. */
class CrashSafeFile<T> implements SyncAdapter<T> {
  readonly #path: string;
  readonly #schema: z.ZodType<T>;
  readonly #setAside: (path: string) => void;

  constructor(path: string, schema: z.ZodType<T>, setAside: (path: string) => void) {
    this.#path = path;
    this.#schema = schema;
    this.#setAside = setAside;
  }

  read(): T | null {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch {
      this.#setAside(this.#path);
      return null;
    }
  }

  write(value: T): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    const temp = `${this.#path}.tmp`;
    const handle = openSync(temp, 'w', 0o600);
    try {
      // Unlike writeSync it goes on after a write that a nearly full disk cut short, or throws.
      writeFileSync(handle, `${JSON.stringify(value, null, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temp, this.#path);
    syncFolder(dirname(this.#path));
  }
}

/**
 * Opens a small JSON file. A file that cannot be read as `schema` is handed to `setAside` and counts as absent.
 * @throws the system's error when the file exists and may not be read
 */
export function openJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  absent: () => T,
  setAside: (path: string) => void,
): LowSync<T> {
  const file = new LowSync<T | null>(new CrashSafeFile<T | null>(path, schema, setAside), null);
  file.read();
  file.data ??= absent();
  return file as LowSync<T>;
}
