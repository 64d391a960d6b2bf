/**
 * `player.db`: what grows and must not be lost. WAL with synchronous=FULL: what was written is there after a power cut.
 * Signed documents are kept as received, so that they can be verified anew at every start.
 */
import { existsSync, readdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../shared/util/errors.ts';
import { syncFolder } from './json-file.ts';
import { salvage } from './salvage.ts';
import { copyStore, isRefusal } from './store-copy.ts';

export class StoreError extends AppError {}

/** Each entry brings the schema one version further (PRAGMA user_version). Never edited once released. */
const migrations = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE documents (slot TEXT PRIMARY KEY, jws TEXT NOT NULL, saved_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE parts (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE takeovers (
    takeover_id TEXT PRIMARY KEY, epoch INTEGER NOT NULL, counter INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    jws TEXT NOT NULL, state TEXT NOT NULL, state_at INTEGER NOT NULL, state_code TEXT, told INTEGER NOT NULL,
    shown INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE commands (command_id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE journals (
    journal_id TEXT PRIMARY KEY, head_seq INTEGER NOT NULL, head_hash TEXT NOT NULL, acked INTEGER NOT NULL,
    forked INTEGER NOT NULL, made_at INTEGER NOT NULL, device_key TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lines (
    journal_id TEXT NOT NULL REFERENCES journals, seq INTEGER NOT NULL, line TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (journal_id, seq)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE commands ADD COLUMN name TEXT NOT NULL DEFAULT '';
  ALTER TABLE commands ADD COLUMN issued_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE commands ADD COLUMN state TEXT NOT NULL DEFAULT 'done';
  ALTER TABLE commands ADD COLUMN state_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE commands ADD COLUMN error_code TEXT;
  ALTER TABLE commands ADD COLUMN told INTEGER NOT NULL DEFAULT 1;
  `,
  `
  CREATE TABLE packs (
    journal_id TEXT NOT NULL REFERENCES journals, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, lines BLOB NOT NULL,
    PRIMARY KEY (journal_id, last_seq)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE samples (id TEXT PRIMARY KEY, at INTEGER NOT NULL, about TEXT NOT NULL, picture BLOB) STRICT;
  `,
];

/**
 * Schema that this player writes into the data folder, and the lowest schema whose player can still read that. A player that was updated
 * may go back to the one before it, so a migration only adds what that one passes by; this holds for every file of the folder, the
 * strict ones (identity.json, settings.json) included: one of another shape needs a new schema as well. `readableBy` is raised only in a
 * release that may follow none whose schema is lower (docs/decisions/0018-application-updates.md).
 */
export const dataSchema = { schema: migrations.length, readableBy: 3 } as const;

export interface Store {
  readonly db: DatabaseSync;
  /**
   * Why the disk takes no change, in English; null: it does. Else this is a copy, which ends with the machine: nothing may be written into
   * it as having happened, since the store itself goes on from where it was.
   */
  readonly unwritable: string | null;
  /** Runs `work` in one transaction; nested calls join the outer one. */
  transaction<T>(work: () => T): T;
  /** Runs `work` when what was written is durable: at once, or after the transaction that is open; never if that is rolled back. */
  afterCommit(work: () => void): void;
  /** How many rows have been changed since it was opened, in transactions that were rolled back as well. */
  changes(): number;
  /** A small value by name, or null when there is none or it has lost its shape. */
  readMeta<T>(key: string, schema: z.ZodType<T>): T | null;
  /** null removes it. */
  writeMeta(key: string, value: unknown): void;
  close(): void;
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 1_000 });
  try {
    // Exclusive: a second engine on the same folder would fork the journal. The lock ends with the process, however it ends.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
    );
    db.exec('PRAGMA wal_autocheckpoint = 500; BEGIN EXCLUSIVE; COMMIT');
    const check = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (check.quick_check !== 'ok') throw new StoreError('store_corrupt', `player.db is damaged: ${check.quick_check}`);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    if (((error as { errcode?: number }).errcode ?? 0) === 5) {
      throw new StoreError('store_in_use', `Another player runs on ${path}`, { cause: error });
    }
    throw error;
  }
}

const noteReadableBy = `INSERT OR REPLACE INTO meta VALUES ('readableBy', '${dataSchema.readableBy}');`;

function migrate(db: DatabaseSync): void {
  const { user_version: have } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (have > migrations.length) {
    if (readableBy(db) <= migrations.length) return;
    throw new StoreError('store_newer', `player.db has schema ${have}; this player knows ${migrations.length}`);
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < have) continue;
    const isLast = index === migrations.length - 1;
    db.exec(`BEGIN IMMEDIATE; ${sql} ${isLast ? noteReadableBy : ''} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
  if (readableBy(db) !== dataSchema.readableBy) db.exec(noteReadableBy);
}

/** The lowest schema whose player reads what a later one has written here. */
function readableBy(db: DatabaseSync): number {
  const row = db.prepare("SELECT value FROM meta WHERE key = 'readableBy'").get() as { value: string } | undefined;
  return Number(row?.value ?? Infinity);
}

/** SQLITE_CORRUPT and SQLITE_NOTADB: the file is damaged, as opposed to busy or not permitted. */
function isDamage(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === 'store_corrupt';
  const code = (error as { errcode?: number }).errcode ?? 0;
  return (code & 0xff) === 11 || (code & 0xff) === 26;
}

/** More than a start writes. */
const startBytes = 1_048_576;

/** Files of one SQLite database. */
const suffixes = ['-wal', '-shm', ''];

/**
 * Opens the store. A damaged one is reported, renamed to `*.corrupt-<time>` and replaced by one with what can still be read of it. Where the
 * disk takes no change, or has no room for that, a copy is opened.
 * @throws StoreError `store_newer`, `store_in_use`, or SQLite's error when the file may not be used
 */
export function openStore(path: string, now: () => number, setAside: (path: string) => void): Store {
  try {
    return wrap(openWhole(path, now, setAside, false), null);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return openCopy(path, now, setAside, String(error));
  }
}

/**
 * Opens a copy of the store.
 * @param unwritable as in `Store`
 * @throws StoreError `store_newer`, or the system's error when there is no place for it
 */
export function openCopy(path: string, now: () => number, setAside: (path: string) => void, unwritable: string): Store {
  const copy = copyStore(existsSync(wholeOf(path)) ? wholeOf(path) : path, basename(path));
  const store = wrap(openWhole(copy, now, setAside, true), unwritable);
  return {
    ...store,
    close() {
      store.close();
      rmSync(dirname(copy), { recursive: true, force: true });
    },
  };
}

/** Whether the disk takes changes of the store again, as many as a start may bring; one that is damaged is mended by that. */
export function takesChanges(path: string): boolean {
  let bytes = startBytes;
  try {
    open(path).close();
  } catch (error) {
    if (!isDamage(error)) return false;
    bytes += statSync(path).size;
  }
  return takesFiles(dirname(path), bytes);
}

function takesFiles(folder: string, bytes: number): boolean {
  const probe = join(folder, '.probe');
  try {
    writeFileSync(probe, 'x', { flush: true });
    rmSync(probe);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > bytes;
  } catch {
    return false;
  }
}

/** What takes the place of a damaged store, once all that can be read of that is in it. */
const wholeOf = (path: string): string => `${path}.whole`;

/** @param whatFits where there is no room for all that can be read of a damaged one, it does without the rest */
function openWhole(path: string, now: () => number, setAside: (path: string) => void, whatFits: boolean): DatabaseSync {
  try {
    // The power went while a damaged one was replaced.
    if (!existsSync(wholeOf(path))) return open(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    salvageInto(wholeOf(path), path, whatFits);
  }
  replaceBy(wholeOf(path), path, `${path}.corrupt-${now()}`);
  setAside(path);
  return open(path);
}

/** `whole` is there when all of it is, and durable. */
function salvageInto(whole: string, path: string, whatFits: boolean): void {
  const part = `${path}.new`;
  remove(part);
  try {
    const db = open(part);
    try {
      salvage(path, db, whatFits);
      // Closing it would not say that it cannot.
      if (!whatFits) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
  } catch (error) {
    remove(part);
    throw error;
  }
  move(part, whole);
  syncFolder(dirname(path));
}

const remove = (path: string): void => suffixes.forEach((suffix) => rmSync(path + suffix, { force: true }));

function move(from: string, to: string): void {
  for (const suffix of suffixes) if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix);
}

/** Only the last damaged store is kept for a look: each is as large as the journal. */
function replaceBy(whole: string, path: string, aside: string): void {
  const folder = dirname(path);
  const names = existsSync(path) ? readdirSync(folder) : [];
  for (const name of names.filter((one) => one.startsWith(`${basename(path)}.corrupt-`)))
    rmSync(join(folder, name), { force: true });
  move(path, aside);
  move(whole, path);
  syncFolder(folder);
}

function wrap(db: DatabaseSync, unwritable: string | null): Store {
  const read = db.prepare('SELECT value FROM meta WHERE key = ?');
  const write = db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
  const remove = db.prepare('DELETE FROM meta WHERE key = ?');
  const changes = db.prepare('SELECT total_changes() AS n');
  let depth = 0;
  let waiting: (() => void)[] = [];
  return {
    db,
    unwritable,
    transaction(work) {
      if (depth > 0) return work();
      db.exec('BEGIN IMMEDIATE');
      depth++;
      let result: ReturnType<typeof work>;
      try {
        result = work();
        db.exec('COMMIT');
      } catch (error) {
        waiting = [];
        // A full disk has rolled back by itself.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      } finally {
        depth--;
      }
      const due = waiting;
      waiting = [];
      for (const one of due) one();
      return result;
    },
    afterCommit(work) {
      if (depth > 0) waiting.push(work);
      else work();
    },
    changes: () => (changes.get() as { n: number }).n,
    readMeta(key, schema) {
      const row = read.get(key) as { value: string } | undefined;
      if (!row) return null;
      try {
        return schema.parse(JSON.parse(row.value));
      } catch {
        return null;
      }
    },
    writeMeta(key, value) {
      if (value === null) remove.run(key);
      else write.run(key, JSON.stringify(value));
    },
    close: () => db.close(),
  };
}
