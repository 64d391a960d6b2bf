/** The one way to the tables: SQLite in the data folder, or PostgreSQL by DATABASE_URL. Nothing outside store/ knows which. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { CompiledQuery, Kysely, sql, type Transaction } from 'kysely';
import { isLostRace, StoreError } from './errors.ts';
import { takeLockFile } from './lock-file.ts';
import { migrate } from './migrate.ts';
import { takePostgresLock } from './postgres-lock.ts';
import { postgresDialect } from './postgres.ts';
import type { Database } from './schema.ts';
import { BulkRows, sqliteDialect } from './sqlite.ts';

export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

/** Values of one column of a bulk insert. */
export type BulkValue = string | number | null;

/** Rows that are JSON already, an array of arrays: made in another thread, so that this one only hands them on. */
export interface BulkText {
  readonly count: number;
  readonly json: string;
}
type BulkInput = readonly (readonly BulkValue[])[] | BulkText;
const asText = (rows: BulkInput): BulkText =>
  'json' in rows ? rows : { count: rows.length, json: JSON.stringify(rows) };

interface InsertOptions {
  readonly ignoreConflicts?: boolean;
  readonly addTo?: readonly string[];
}

/**
 * The one way to the tables. On SQLite `read` is a pool of reader threads and `write` the single writer thread; on PostgreSQL they
 * are pools of one database, so that readers inside a transaction never wait for writers. `report` is for what reads many rows:
 * it waits for its like, and no takeover waits for it.
 */
export interface Store {
  readonly dialect: 'sqlite' | 'postgres';
  readonly read: Db;
  readonly write: Db;
  readonly report: Db;
  /**
   * Runs `work` in one durable transaction; a throw leaves nothing behind. Keep it short: on SQLite every other writer waits.
   * On PostgreSQL a deadlock, or rows that changed under it, make it run again, up to `mostTries` times: `work` does nothing outside `tx` that may not be done twice.
   * Inside it use `tx` alone: a second transaction inside would wait for the first for ever, and throws `store_nested` instead.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Inserts many rows of one table, passed as one JSON text so that a storm of records costs the event loop little.
   * With `ignoreConflicts` rows whose key exists are left as they are; with `addTo` the columns apart from that key are added to
   * what such rows hold, and no two of the given rows may have one key. Runs in the given transaction.
   */
  insertMany<T extends keyof Database & string>(
    tx: Tx,
    table: T,
    columns: readonly (keyof Database[T] & string)[],
    rows: readonly (readonly BulkValue[])[] | BulkText,
    options?: InsertOptions,
  ): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** PostgreSQL's address; null for SQLite. */
  readonly databaseUrl: string | null;
  /** SQLite's file, absolute. */
  readonly file: string;
  /**
   * Whether this process alone may use the database and, with PostgreSQL too, the folder of `file`, where the media are: the CMS is one
   * process.
   */
  readonly exclusive?: boolean;
  /** Told when another process has taken the database while the connection to it was broken: this one has to end. */
  readonly onLost?: (error: StoreError) => void;
  /** Told of connections that broke while idle. */
  readonly onError: (error: Error) => void;
}

/**
 * Statements that a transaction sends together. All are waited for before the failure of one is thrown: what came after the rollback
 * would be a transaction of its own.
 */
export async function sentTogether<const T extends readonly unknown[]>(
  statements: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(statements);
  return Promise.all(statements);
}

const READERS = 2;
const REPORTERS = 2;
const BUSY_TIMEOUT_MS = 5000;
const POSTGRES_CONNECTIONS = 10;
const POSTGRES_REPORTERS = 2;
/** Runs of a transaction that loses a race each time, and the longest pause before the second, ms; it doubles. */
const mostTries = 4;
const pauseMs = 20;

/**
 * Opens the database and brings its tables up to date.
 * @throws StoreError `store_newer` when a newer release has written it; `store_in_use` when another process holds it; `store_corrupt`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store =
    options.databaseUrl === null
      ? openSqlite(options.file, options.exclusive ?? false)
      : await openPostgresFor(options, options.databaseUrl);
  try {
    await migrate(store);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openPostgresFor(options: StoreOptions, url: string): Promise<Store> {
  const { file, exclusive = false, onError, onLost = onError } = options;
  if (!exclusive) return openPostgres(url, onError);
  const folderLock = lockFolder(`${file}.lock`);
  const databaseLock = await takePostgresLock(url, { onLost, onError }).catch((error: unknown) => {
    folderLock.close();
    throw error;
  });
  const store = openPostgres(url, onError);
  return {
    ...store,
    async close() {
      await store.close();
      await databaseLock.close();
      if (folderLock.isOpen) folderLock.close();
    },
  };
}

function lockFolder(lockFile: string): DatabaseSync {
  try {
    return takeLockFile(lockFile);
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    throw StoreError.sqlite(message, errcode ?? null);
  }
}

function openSqlite(file: string, exclusive: boolean): Store {
  const options = { file, busyTimeoutMs: BUSY_TIMEOUT_MS };
  const lockFile = exclusive ? `${file}.lock` : null;
  const write = new Kysely<Database>({ dialect: sqliteDialect({ ...options, readOnly: false, lockFile }, 1) });
  // Opened at their first query, when the writer has made the file.
  const openReaders = (count: number) =>
    new Kysely<Database>({ dialect: sqliteDialect({ ...options, readOnly: true, lockFile: null }, count) });
  return {
    ...shared({ read: openReaders(READERS), write, report: openReaders(REPORTERS) }),
    dialect: 'sqlite',
    async insertMany(tx, table, columns, rows, options = {}) {
      const { count, json } = asText(rows);
      if (count === 0) return;
      const tail = onConflict(table, columns, options);
      const bulk = new BulkRows(tail, columns.length, json);
      await tx.executeQuery(CompiledQuery.raw(`insert into "${table}" (${quoted(columns)})`, [bulk]));
    },
  };
}

function openPostgres(url: string, onError: (error: Error) => void): Store {
  const open = (connections: number) => new Kysely<Database>({ dialect: postgresDialect(url, connections, onError) });
  const columnTypes = new Map<string, Promise<Map<string, string>>>();
  const write = open(POSTGRES_CONNECTIONS);
  return {
    ...shared({ read: open(POSTGRES_CONNECTIONS), write, report: open(POSTGRES_REPORTERS) }),
    dialect: 'postgres',
    async insertMany(tx, table, columns, rows, options = {}) {
      const { count, json } = asText(rows);
      if (count === 0) return;
      let types = columnTypes.get(table);
      if (!types) columnTypes.set(table, (types = readColumnTypes(write, table)));
      const known = await types;
      const values = columns.map((column, i) => `(r->>${i})::${known.get(column) ?? 'text'}`).join(',');
      const tail = onConflict(table, columns, options);
      // Measured: half the work of json (which parses each row once a column), and of as many parameters as values.
      const text = `insert into "${table}" (${quoted(columns)}) select ${values} from jsonb_array_elements($1::jsonb) r ${tail}`;
      await tx.executeQuery(CompiledQuery.raw(text, [json]));
    },
  };
}

async function readColumnTypes(db: Db, table: string): Promise<Map<string, string>> {
  const { rows } = await sql<{ column_name: string; data_type: string }>`
    select column_name, data_type from information_schema.columns where table_schema = current_schema() and table_name = ${table}
  `.execute(db);
  return new Map(rows.map((row) => [row.column_name, row.data_type]));
}

function onConflict(
  table: string,
  columns: readonly string[],
  { ignoreConflicts = false, addTo }: InsertOptions,
): string {
  if (!addTo) return ignoreConflicts ? 'on conflict do nothing' : '';
  const sums = columns
    .filter((column) => !addTo.includes(column))
    .map((column) => `"${column}" = "${table}"."${column}" + excluded."${column}"`);
  return `on conflict (${quoted(addTo)}) do update set ${sums.join(',')}`;
}

const quoted = (columns: readonly string[]): string => columns.map((column) => `"${column}"`).join(',');

type Connections = Pick<Store, 'read' | 'write' | 'report'>;

function shared({ read, write, report }: Connections): Connections & Pick<Store, 'transaction' | 'close'> {
  // What is started inside a transaction and outlives it inherits this; `open` tells the difference.
  const current = new AsyncLocalStorage<{ open: boolean }>();
  return {
    read,
    write,
    report,
    async transaction(work) {
      if (current.getStore()?.open)
        throw new StoreError('store_nested', 'A transaction inside a transaction: pass tx on');
      for (let tries = 1; ; tries++) {
        try {
          return await write.transaction().execute(async (tx) => {
            const scope = { open: true };
            try {
              return await current.run(scope, () => work(tx));
            } finally {
              scope.open = false;
            }
          });
        } catch (error) {
          if (tries === mostTries || !isLostRace(error)) throw error;
        }
        // Those who met do not come back together.
        await setTimeout(Math.random() * pauseMs * 2 ** (tries - 1));
      }
    },
    async close() {
      await read.destroy();
      await report.destroy();
      await write.destroy();
    },
  };
}
