import type { Kysely, Transaction } from 'kysely';
import type { Database } from './schema.ts';

export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

/**
 * The one way to the tables. On SQLite `read` is a pool of reader threads and `write` the single writer thread; on PostgreSQL both
 * are the same pool. Nothing outside store/ knows which.
 */
export interface Store {
  readonly dialect: 'sqlite' | 'postgres';
  readonly read: Db;
  readonly write: Db;
  /** Runs `work` in one durable transaction; a throw leaves nothing behind. Keep it short: on SQLite every other writer waits. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Inserts many rows of one table in one statement, passed as one JSON text so that a storm of records costs the event loop little.
   * With `ignoreConflicts` rows whose key exists are left as they are. Runs in the given transaction.
   */
  insertMany<T extends keyof Database & string>(tx: Tx, table: T, columns: readonly (keyof Database[T] & string)[], rows: readonly (readonly (string | number | null)[])[], options?: { ignoreConflicts?: boolean }): Promise<void>;
  close(): Promise<void>;
}
