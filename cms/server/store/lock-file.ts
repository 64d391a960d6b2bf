import { DatabaseSync } from 'node:sqlite';

/**
 * Takes the data folder for this process alone: an exclusive transaction on a file of its own, which the system lets go of however the
 * process ends. Held until it is closed; keep it, for what nobody keeps is closed.
 * @throws SQLite's error, SQLITE_BUSY when another process holds it
 */
export function takeLockFile(lockFile: string): DatabaseSync {
  const lock = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    lock.exec('pragma journal_mode = off; begin exclusive;');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}
