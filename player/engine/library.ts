/**
 * The verified cache of media: `assets/<sha-256>`. A file gets its name only when its bytes are on the disk and match;
 * after a restart it is believed for being there and of the right size, and hashed before its first showing. What no programme needs
 * any more stays as a spare, so that what is shown again is not paid for again; its time of change says when it was needed last.
 */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  type Stats,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assetPath } from '../../shared/protocol/content-path.ts';
import { chunksOf } from './cms-http.ts';
import { RefusedError } from './documents.ts';
import { syncFolder } from './json-file.ts';

/** A file by the hash of its bytes, and how many they are. */
interface FileRef {
  readonly hash: string;
  readonly size: number;
}

/** GET of a path from a byte on; 200, 206 or 416. */
export type GetContent = (path: string, from: number, signal: AbortSignal) => Promise<Response>;

/** Damaged files that are kept for a look; older ones go, since the disk is small. */
const keptAside = 3;
/** Errors of the system that pass by themselves (errno(3)). */
const passing = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR'];
/**
 * Spares get a quarter of the disk at most: 4 GB of the 16 GB that a small player has, some eighty videos, and what the system's
 * updates and logs need beside a programme stays free.
 */
const spareShare = 1 / 4;
/** Room on the disk that is left to the journal, bytes: a year of ten-second items without the CMS (`lines.ts`). */
export const reservedBytes = 256_000_000;

export class Library {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #onDamage: (hash: string) => void;
  /** What a file looked like when its bytes were last found right. */
  readonly #verified = new Map<string, string>();
  readonly #checking = new Map<string, Promise<boolean>>();

  /** @param onDamage called after a file was set aside for not being what its name says */
  constructor(folder: string, now: () => number, onDamage: (hash: string) => void) {
    this.#folder = folder;
    this.#now = now;
    this.#onDamage = onDamage;
    mkdirSync(folder, { recursive: true });
  }

  path(hash: string): string {
    return join(this.#folder, hash);
  }

  /** Whether the file is there in the right size. */
  has(ref: FileRef): boolean {
    return statSync(this.path(ref.hash), { throwIfNoEntry: false })?.size === ref.size;
  }

  /** Bytes of the asset that are already here, finished or not. */
  progress(hash: string): number {
    return statSync(`${this.path(hash)}.part`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Like `verify`, whatever was found before: a disk can lose what it has once given. */
  verifyAnew(hash: string): Promise<boolean> {
    this.#verified.delete(hash);
    return this.verify(hash);
  }

  /**
   * Whether the file's bytes are what its name says; hashed once per process and again after any change. A damaged file is set aside.
   */
  verify(hash: string): Promise<boolean> {
    const stats = statSync(this.path(hash), { throwIfNoEntry: false });
    if (!stats) return Promise.resolve(false);
    if (this.#verified.get(hash) === likeness(stats)) return Promise.resolve(true);
    const running = this.#checking.get(hash);
    if (running) return running;
    const check = this.#hash(hash, stats).finally(() => this.#checking.delete(hash));
    this.#checking.set(hash, check);
    return check;
  }

  async #hash(hash: string, stats: Stats): Promise<boolean> {
    let found: string;
    try {
      found = await hashFile(this.path(hash));
    } catch (error) {
      // The machine is short of something: that says nothing about this file, which is looked at again at its next showing.
      if (passing.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      // A file that cannot be read (a bad sector, another owner) is as useless as a wrong one, and another can be fetched.
      found = '';
    }
    if (found === hash) {
      this.#verified.set(hash, likeness(stats));
      return true;
    }
    try {
      this.setAside(hash);
    } catch {
      // The disk lets nothing be moved: the file stays, and is looked at again before each showing.
    }
    this.#onDamage(hash);
    return false;
  }

  /** Renames a damaged file to `<hash>.corrupt-<time>`. */
  setAside(hash: string): void {
    this.#verified.delete(hash);
    try {
      renameSync(this.path(hash), `${this.path(hash)}.corrupt-${this.#now()}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const aside = readdirSync(this.#folder).filter((name) => name.includes('.corrupt-'));
    aside.sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]));
    for (const name of aside.slice(keptAside)) rmSync(join(this.#folder, name), { force: true });
  }

  /**
   * Brings an asset to the disk, going on where an earlier attempt stopped. Durable and verified on return.
   * @param took told of each piece that has come; the next waits for it, and what it throws ends the attempt
   * @throws RefusedError `asset_hash_mismatch` (nothing of it is kept), CmsError, or the disk's error
   */
  async fetch(
    ref: FileRef,
    get: GetContent,
    signal: AbortSignal,
    took: (bytes: number) => Promise<void>,
  ): Promise<void> {
    if (this.has(ref)) return;
    if (statSync(this.path(ref.hash), { throwIfNoEntry: false })) {
      this.setAside(ref.hash);
      this.#onDamage(ref.hash);
    }
    this.#assertRoom(ref.size - this.progress(ref.hash));
    const partial = `${this.path(ref.hash)}.part`;
    const file = await open(partial, 'a', 0o644);
    try {
      let size = (await file.stat()).size;
      if (size > ref.size) {
        await file.truncate(0);
        size = 0;
      }
      if (size < ref.size) {
        const response = await get(assetPath(ref.hash), size, signal);
        if (response.status === 416 || !continues(response, size)) {
          await file.truncate(0);
          size = 0;
          if (response.status === 416) {
            // A body that nobody reads holds its connection.
            await response.body?.cancel().catch(() => undefined);
            throw new RefusedError('asset_range_refused', `The CMS has less of ${ref.hash} than was fetched`);
          }
        }
        for await (const chunk of chunksOf(response)) {
          size += chunk.length;
          if (size > ref.size) break;
          await file.appendFile(chunk);
          await took(chunk.length);
        }
      }
      // A cut connection leaves what came for the next attempt.
      if (size < ref.size)
        throw new RefusedError('asset_incomplete', `${size} of ${ref.size} bytes of ${ref.hash} came`);
      await file.sync();
    } finally {
      await file.close();
    }
    if ((await hashFile(partial)) !== ref.hash) {
      await rm(partial, { force: true });
      throw new RefusedError('asset_hash_mismatch', `What came for asset ${ref.hash} is something else`);
    }
    await rename(partial, this.path(ref.hash));
    syncFolder(this.#folder);
    this.#verified.set(ref.hash, likeness(statSync(this.path(ref.hash))));
  }

  /** What is free on the disk, bytes. @throws the disk's error */
  get room(): number {
    const { bavail, bsize } = statfsSync(this.#folder);
    return bavail * bsize;
  }

  /** Media must not take the room that the journal needs. @throws RefusedError `disk_full` */
  #assertRoom(bytes: number): void {
    if (this.room - bytes < reservedBytes) throw new RefusedError('disk_full', `There is no room for ${bytes} bytes`);
  }

  /** Notes that these are needed now, and keeps what nobody needs any more only within its share of the disk. @throws the disk's error */
  tidy(needed: ReadonlySet<string>): void {
    for (const hash of needed) this.#touch(hash);
    const { blocks, bsize } = statfsSync(this.#folder);
    const share = blocks * bsize * spareShare;
    let size = 0;
    const newestFirst = this.#spares(needed).reverse();
    this.#remove(newestFirst.filter((spare) => (size += spare.size) > share));
    this.free(needed, 0);
  }

  /** Removes spares, what was needed longest ago first, until so many bytes fit beside the journal. @returns how many went @throws the disk's error */
  free(needed: ReadonlySet<string>, bytes: number): number {
    let lacking = reservedBytes + bytes - this.room;
    const gone = this.#spares(needed).filter(({ size }) => {
      const goes = lacking > 0;
      if (goes) lacking -= size;
      return goes;
    });
    this.#remove(gone);
    return gone.length;
  }

  /** Whole files and parts of files that nobody needs: parts first, then what was needed longest ago. */
  #spares(needed: ReadonlySet<string>): { readonly name: string; readonly size: number; readonly neededAt: number }[] {
    const names = readdirSync(this.#folder).filter((name) => !name.includes('.corrupt-'));
    return names
      .filter((name) => !needed.has(name.replace(/\.part$/, '')))
      .flatMap((name) => {
        const stats = statSync(join(this.#folder, name), { throwIfNoEntry: false });
        return stats ? [{ name, size: stats.size, neededAt: name.endsWith('.part') ? 0 : stats.mtimeMs }] : [];
      })
      .sort((a, b) => a.neededAt - b.neededAt);
  }

  #remove(spares: readonly { readonly name: string }[]): void {
    for (const { name } of spares) {
      rmSync(join(this.#folder, name), { force: true });
      this.#verified.delete(name);
    }
  }

  /** The file is needed now. Its bytes are believed as before. */
  #touch(hash: string): void {
    const path = this.path(hash);
    const before = statSync(path, { throwIfNoEntry: false });
    if (!before) return;
    const at = this.#now() / 1_000;
    utimesSync(path, at, at);
    if (this.#verified.get(hash) === likeness(before)) this.#verified.set(hash, likeness(statSync(path)));
  }
}

/** Whether an answer goes on at byte `size`. */
function continues(response: Response, size: number): boolean {
  if (size === 0) return response.status === 200 || response.status === 206;
  return response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${size}-`) === true;
}

function likeness(stats: Stats): string {
  return `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
