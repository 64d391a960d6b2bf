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

/**
 * Temp file, fsync, rename: a reader sees the old content or the new, never a half. Only the owner may read. It is kept twice, because
 * flash loses blocks that were written long ago too: where the file cannot be read, its copy is.
 */
class CrashSafeFile<T> implements SyncAdapter<T> {
  readonly #path: string;
  readonly #copy: string;
  readonly #schema: z.ZodType<T>;
  readonly #setAside: (path: string) => void;

  constructor(path: string, schema: z.ZodType<T>, setAside: (path: string) => void) {
    this.#path = path;
    this.#copy = `${path}.copy`;
    this.#schema = schema;
    this.#setAside = setAside;
  }

  read(): T | null {
    const [own, copy] = [this.#readFrom(this.#path), this.#readFrom(this.#copy)];
    const found = own.value ?? copy.value;
    if (found === null && own.failure !== undefined) throw own.failure;
    // The power may have gone between the two.
    if (found !== null && JSON.stringify(own.value) !== JSON.stringify(copy.value)) {
      if (own.value === null) this.#tryWriting(this.#path, found);
      this.#tryWriting(this.#copy, found);
    }
    return found;
  }

  write(value: T): void {
    writeDurably(this.#path, value);
    this.#tryWriting(this.#copy, value);
  }

  /** `value` null: there is nothing that can be read; `failure`: nor is it known what there is. */
  #readFrom(path: string): { value: T | null; failure?: unknown } {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (failure) {
      return (failure as NodeJS.ErrnoException).code === 'ENOENT' ? { value: null } : { value: null, failure };
    }
    try {
      return { value: this.#schema.parse(JSON.parse(text)) };
    } catch {
      this.#tryToSetAside(path);
      return { value: null };
    }
  }

  /** A disk that takes no change leaves it where it is: the other of the two is used all the same. */
  #tryToSetAside(path: string): void {
    try {
      this.#setAside(path);
    } catch {
      // The next start tries it again.
    }
  }

  /** One of the two is on the disk. */
  #tryWriting(path: string, value: T): void {
    try {
      writeDurably(path, value);
    } catch {
      // The next start tries it again.
    }
  }
}

function writeDurably(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const temp = `${path}.tmp`;
  const handle = openSync(temp, 'w', 0o600);
  try {
    // Unlike writeSync it goes on after a write that a nearly full disk cut short, or throws.
    writeFileSync(handle, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temp, path);
  syncFolder(dirname(path));
}

/**
 * Opens a small JSON file, or its copy. What cannot be read as `schema` is handed to `setAside` and counts as absent.
 * @throws the system's error when the file exists and may not be read, and there is no copy
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
