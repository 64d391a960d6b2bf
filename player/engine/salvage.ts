/**
 * What can still be read of a damaged store, row by row: one bad page must not take the programme off an offline board, nor
 * the plays that nobody has been told of. Signed documents are verified at every start anyway, so nothing is believed here.
 */
import { hash } from 'node:crypto';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { maxBatchRecords } from '../../shared/protocol/journal.ts';
import { linesOf, type Pack } from './lines.ts';
import { isRefusal } from './store-copy.ts';

type Row = Record<string, SQLOutputValue>;

/** Tables whose rows stand alone, and what names a row. */
const tables = [
  ['documents', 'slot'],
  ['takeovers', 'takeover_id'],
  ['parts', 'rowid'],
  ['meta', 'key'],
  ['commands', 'command_id'],
] as const;

/**
 * Copies what it can of the store at `path` into an empty one: what cannot be read is left behind.
 * @param whatFits what there is no room for is left behind as well
 * @throws SQLite's error when the disk does not take it
 */
export function salvage(path: string, to: DatabaseSync, whatFits: boolean): void {
  let from: DatabaseSync;
  try {
    from = new DatabaseSync(path, { readOnly: true });
  } catch {
    return;
  }
  /** All of `work` or nothing of it. */
  const whole = (work: () => void): void => {
    try {
      to.exec('BEGIN');
      work();
      to.exec('COMMIT');
    } catch (error) {
      if (to.isTransaction) to.exec('ROLLBACK');
      if (isRefusal(error) && !whatFits) throw error;
    }
  };
  try {
    for (const [table, key] of tables) whole(() => copyTable(from, to, table, key));
    // A takeover that could not be read is to be sent again: the cursor would say that it is here.
    whole(() => to.exec("DELETE FROM meta WHERE key = 'takeoverCursor'"));
    for (const id of keysOf(from, 'journals', 'journal_id')) whole(() => copyJournal(from, to, id));
  } finally {
    from.close();
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
  const pieces = piecesOf(from, id);
  let head = { seq: acked, hash: journal['head_hash']! };
  for (const piece of run(pieces, acked + 1, 1)) {
    const row = copyPiece(from, to, piece, id);
    if (!row) break;
    head = { seq: piece.last, hash: lastHash(row) };
  }
  for (const piece of run(pieces, acked, -1)) if (!copyPiece(from, to, piece, id)) break;
  to.prepare(
    'UPDATE journals SET head_seq = ?, head_hash = ?, forked = iif(forked = 0, 2, forked) WHERE journal_id = ?',
  ).run(head.seq, head.hash, id);
  copyRest(from, to, journal, pieces, Math.max(head.seq, acked + maxBatchRecords));
}

/**
 * What comes after a hole is no chain any more. Records that no batch can have brought to the CMS yet lie under a name of their
 * own until they are carried over into the next journal (Journal.carryOver).
 * @param after number of the last record that the CMS may hold, or will
 */
function copyRest(from: DatabaseSync, to: DatabaseSync, journal: Row, pieces: readonly Piece[], after: number): void {
  const id = journal['journal_id']!;
  const rest = pieces.filter(({ last }) => last > after);
  if (rest.length === 0 || journal['forked'] === 1) return;
  const name = `${String(id)} after a hole`;
  insert(to, 'journals', { ...journal, journal_id: name, acked: after, forked: 3 });
  for (const piece of rest) copyPiece(from, to, piece, id, name);
}

/** A row of a journal's lines or packs, and the numbers of the first and the last line in it. */
interface Piece {
  readonly table: 'lines' | 'packs';
  readonly first: number;
  readonly last: number;
}

/** What there is of a journal, in order. */
function piecesOf(from: DatabaseSync, id: SQLOutputValue): Piece[] {
  const of = (table: Piece['table'], key: string) => [...keysOf(from, table, key, 'journal_id = ?', id)].map(Number);
  const loose = of('lines', 'seq').map((seq): Piece => ({ table: 'lines', first: seq, last: seq }));
  const packed = of('packs', 'last_seq').flatMap((last): Piece[] => {
    const row = readPiece(from, { table: 'packs', first: last, last }, id);
    return row ? [{ table: 'packs', first: Number(row['first_seq']), last }] : [];
  });
  return [...packed, ...loose].sort((a, b) => a.first - b.first);
}

function readPiece(from: DatabaseSync, { table, last }: Piece, id: SQLOutputValue): Row | null {
  try {
    const key = table === 'packs' ? 'last_seq' : 'seq';
    const row = from.prepare(`SELECT * FROM ${table} WHERE journal_id = ? AND ${key} = ?`).get(id, last);
    return row && (table === 'lines' || linesOf(packOf(row)) !== null) ? row : null;
  } catch {
    return null;
  }
}

const packOf = (row: Row): Pack => row as unknown as Pack;

const lastHash = (row: Row): string =>
  'hash' in row ? String(row['hash']) : hash('sha256', linesOf(packOf(row))?.at(-1) ?? '');

/** @returns the row; null: it cannot be read */
function copyPiece(from: DatabaseSync, to: DatabaseSync, piece: Piece, id: SQLOutputValue, name = id): Row | null {
  const row = readPiece(from, piece, id);
  if (row) insert(to, piece.table, { ...row, journal_id: name });
  return row;
}

/** From the piece with line `first` on, one after another, until one is missing. */
function* run(pieces: readonly Piece[], first: number, step: 1 | -1): Generator<Piece> {
  let index = pieces.findIndex((piece) => piece.first <= first && first <= piece.last);
  for (let piece = pieces[index]; piece;) {
    yield piece;
    const next: Piece | undefined = pieces[(index += step)];
    if (next && (step === 1 ? next.first !== piece.last + 1 : next.last !== piece.first - 1)) return;
    piece = next;
  }
}
