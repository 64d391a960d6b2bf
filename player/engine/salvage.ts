/**
 * What can still be read of a damaged store, row by row: one bad page must not take the programme off an offline board, nor
 * the plays that nobody has been told of. Signed documents are verified at every start anyway, so nothing is believed here.
 */
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { maxBatchRecords } from '../../shared/protocol/journal.ts';

type Row = Record<string, SQLOutputValue>;

/** Tables whose rows stand alone, and what names a row. */
const tables = [
  ['documents', 'slot'],
  ['takeovers', 'takeover_id'],
  ['parts', 'rowid'],
  ['meta', 'key'],
  ['commands', 'command_id'],
] as const;

/** Copies what it can of the store at `path` into an empty one. Never throws: what cannot be had is left behind. */
export function salvage(path: string, to: DatabaseSync): void {
  let from: DatabaseSync;
  try {
    from = new DatabaseSync(path, { readOnly: true });
  } catch {
    return;
  }
  for (const [table, key] of tables) whole(to, () => copyTable(from, to, table, key));
  // A takeover that could not be read is to be sent again: the cursor would say that it is here.
  whole(to, () => to.exec("DELETE FROM meta WHERE key = 'takeoverCursor'"));
  for (const id of keysOf(from, 'journals', 'journal_id')) whole(to, () => copyJournal(from, to, id));
  from.close();
}

/** All of `work` or nothing of it; a full disk keeps what was copied before. */
function whole(to: DatabaseSync, work: () => void): void {
  try {
    to.exec('BEGIN');
    work();
    to.exec('COMMIT');
  } catch {
    if (to.isTransaction) to.exec('ROLLBACK');
  }
}

/** From both ends: a page that cannot be read hides only its own rows. */
function keysOf(
  from: DatabaseSync,
  table: string,
  key: string,
  where = '1',
  ...values: SQLOutputValue[]
): Set<SQLOutputValue> {
  const keys = new Set<SQLOutputValue>();
  for (const order of ['ASC', 'DESC']) {
    try {
      const rows = from.prepare(`SELECT ${key} AS name FROM ${table} WHERE ${where} ORDER BY ${key} ${order}`);
      for (const row of rows.iterate(...values)) keys.add(row['name']!);
    } catch {
      // This far and no further.
    }
  }
  return keys;
}

function copyTable(from: DatabaseSync, to: DatabaseSync, table: string, key: string): void {
  for (const name of keysOf(from, table, key)) {
    const row = rowOf(from, table, key, name);
    if (row) insert(to, table, row);
  }
}

function rowOf(from: DatabaseSync, table: string, key: string, name: SQLOutputValue): Row | undefined {
  try {
    return from.prepare(`SELECT * FROM ${table} WHERE ${key} = ?`).get(name);
  } catch {
    return undefined;
  }
}

function insert(to: DatabaseSync, table: string, row: Row): void {
  const columns = Object.keys(row);
  const values = columns.map(() => '?').join(', ');
  to.prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${values})`).run(...Object.values(row));
}

/**
 * A journal with the unbroken run of lines around what the CMS has acked: what it lacks, up to the first hole, and what is
 * kept for one that comes back from a backup. It is delivered and not continued, since what followed may be with the CMS.
 */
function copyJournal(from: DatabaseSync, to: DatabaseSync, id: SQLOutputValue): void {
  const journal = rowOf(from, 'journals', 'journal_id', id);
  if (!journal) return;
  const acked = Number(journal['acked']);
  insert(to, 'journals', journal);
  let head = { seq: acked, hash: journal['head_hash']! };
  const add = to.prepare('INSERT INTO lines VALUES (?, ?, ?, ?)');
  for (const { seq, line, hash } of run(from, id, acked + 1, 1)) {
    add.run(id, seq!, line!, hash!);
    head = { seq: Number(seq), hash: hash! };
  }
  for (const { seq, line, hash } of run(from, id, acked, -1)) add.run(id, seq!, line!, hash!);
  to.prepare(
    'UPDATE journals SET head_seq = ?, head_hash = ?, forked = iif(forked = 0, 2, forked) WHERE journal_id = ?',
  ).run(head.seq, head.hash, id);
  copyRest(from, to, journal, Math.max(head.seq, acked + maxBatchRecords));
}

/**
 * What comes after a hole is no chain any more. Records that no batch can have brought to the CMS yet lie under a name of their
 * own until they are carried over into the next journal (Journal.carryOver).
 * @param after number of the last record that the CMS may hold, or will
 */
function copyRest(from: DatabaseSync, to: DatabaseSync, journal: Row, after: number): void {
  const id = journal['journal_id']!;
  const read = from.prepare('SELECT line, hash FROM lines WHERE journal_id = ? AND seq = ?');
  const add = to.prepare('INSERT INTO lines VALUES (?, ?, ?, ?)');
  const name = `${String(id)} after a hole`;
  const seqs = [...keysOf(from, 'lines', 'seq', 'journal_id = ? AND seq > ?', id, after)].map(Number);
  if (seqs.length === 0 || journal['forked'] === 1) return;
  insert(to, 'journals', { ...journal, journal_id: name, acked: after, forked: 3 });
  for (const seq of seqs) {
    try {
      const row = read.get(id, seq);
      if (row) add.run(name, seq, row['line']!, row['hash']!);
    } catch {
      // Another hole.
    }
  }
}

/** Lines from `first` on, one after another, until one is missing or cannot be read. */
function* run(from: DatabaseSync, id: SQLOutputValue, first: number, step: 1 | -1): Generator<Row> {
  const [side, order] = step === 1 ? ['>=', 'ASC'] : ['<=', 'DESC'];
  let expected = first;
  try {
    const rows = from.prepare(`SELECT * FROM lines WHERE journal_id = ? AND seq ${side} ? ORDER BY seq ${order}`);
    for (const row of rows.iterate(id, first)) {
      if (row['seq'] !== expected) return;
      yield row;
      expected += step;
    }
  } catch {
    // A hole.
  }
}
