import { AppError } from '../../../shared/util/errors.ts';

/** SQLite's extended result codes (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
const SQLITE_UNIQUE = [2067, 1555, 2579];
const SQLITE_FOREIGN_KEY = 787;

/**
 * A statement that the database refused. Codes: `storage_full` (507), `store_corrupt`, `store_unique`, `store_reference`,
 * `store_in_use`, `store_closed`, `store_unsupported`, `store_nested`, `store_newer`, `store_failed`.
 */
export class StoreError extends AppError {
  constructor(code: string, message: string, cause?: unknown) {
    super(code, message, { status: code === 'storage_full' ? 507 : 500, ...(cause === undefined ? {} : { cause }) });
  }

  static sqlite(message: string, errcode: number | null): StoreError {
    const primary = (errcode ?? 0) & 0xff;
    if (primary === SQLITE_FULL) return new StoreError('storage_full', 'The disk of the database is full');
    if (primary === SQLITE_BUSY)
      return new StoreError('store_in_use', 'Another process uses this data folder; stop it first');
    if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB) return new StoreError('store_corrupt', message);
    if (errcode !== null && SQLITE_UNIQUE.includes(errcode)) return new StoreError('store_unique', message);
    if (errcode === SQLITE_FOREIGN_KEY) return new StoreError('store_reference', message);
    return new StoreError('store_failed', message);
  }
}

/** SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html) of a pg error, or null. */
function sqlState(error: unknown): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** A row with this key exists. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && ((error as { code?: unknown }).code === 'store_unique' || sqlState(error) === '23505');

/** A row that something else names, or that names something that is not there. */
export const isReferenceViolation = (error: unknown): boolean =>
  error instanceof Error &&
  ((error as { code?: unknown }).code === 'store_reference' || ['23503', '23001'].includes(sqlState(error) ?? ''));

/** The disk of the database is full. */
export const isStorageFull = (error: unknown): boolean =>
  error instanceof Error && ((error as { code?: unknown }).code === 'storage_full' || sqlState(error) === '53100');

/** Two transactions stood in each other's way, and this one gave in: a deadlock, or rows that changed under it. Nothing of it is left. */
export const isLostRace = (error: unknown): boolean =>
  error instanceof Error && ['40P01', '40001'].includes(sqlState(error) ?? '');

/** A lock that somebody else held for longer than `lock_timeout`. */
export const isLockUnavailable = (error: unknown): boolean => error instanceof Error && sqlState(error) === '55P03';
