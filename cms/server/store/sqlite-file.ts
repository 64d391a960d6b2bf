/** An SQLite database as a file, for backups: copied at one moment, looked into, checked. */
import { DatabaseSync } from 'node:sqlite';

/** Writes what the database at `from` holds at this moment to the new file `to`, while others write to it. */
export function copySqlite(from: string, to: string): void {
  using db = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
  db.prepare('vacuum into ?').run(to);
}

/** What a backup has to hold besides the database: hashes of assets, ids of uploads that wait to be processed. */
export function filesNamedIn(path: string): { assets: string[]; uploads: string[] } {
  using db = new DatabaseSync(path, { readOnly: true });
  const list = (sql: string): string[] =>
    db
      .prepare(sql)
      .all()
      .map((row) => String(Object.values(row)[0]));
  // A backup may be of a database that this release has not started on yet.
  const keepsOriginals = list(`select 1 from pragma_table_info('documents') where name = 'original'`).length > 0;
  return {
    assets: list(
      `select hash from assets${keepsOriginals ? ' union select hash from documents where original = 1' : ''}`,
    ),
    uploads: list(`select id from media where state = 'processing'`),
  };
}

/** What is wrong with a database; null: nothing. */
export function sqliteDamage(path: string): string | null {
  using db = new DatabaseSync(path, { readOnly: true });
  try {
    const { quick_check: said } = db.prepare('pragma quick_check(1)').get() as { quick_check: string };
    return said === 'ok' ? null : said;
  } catch (error) {
    return (error as Error).message;
  }
}
