/**
 * The lines of journals on the player's disk: the newest ones row by row, older ones packed, an eleventh of the size. So a year without
 * the CMS fits beside the media, and the store of a board that comes back from one is checked at its start in no time.
 */
import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { deflateSync, inflateSync } from 'node:zlib';
import type { Store } from './store.ts';

export interface Line {
  readonly seq: number;
  readonly line: string;
  /** SHA-256 of the line. */
  readonly hash: string;
}

/** Lines in a pack. */
const packedTogether = 200;
/** So many of a journal lie row by row at least: they are the ones that are delivered, or asked for again. */
const keptLoose = 200;

/** A row of `packs`: lines joined with \n, deflated. */
export interface Pack {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly lines: Uint8Array;
}

/** The lines of a pack; null: it has rotted. */
export function linesOf({ first_seq, last_seq, lines }: Pack): string[] | null {
  try {
    const texts = inflateSync(lines).toString('utf8').split('\n');
    return texts.length === last_seq - first_seq + 1 ? texts : null;
  } catch {
    return null;
  }
}

export class Lines {
  readonly #db: DatabaseSync;
  readonly #transaction: Store['transaction'];

  constructor({ db, transaction }: Pick<Store, 'db' | 'transaction'>) {
    this.#db = db;
    this.#transaction = transaction;
  }

  add(journalId: string, added: Line): void {
    this.#db.prepare('INSERT INTO lines VALUES (?, ?, ?, ?)').run(journalId, added.seq, added.line, added.hash);
  }

  /** Those with numbers above `seq`, in order, at most `limit`. Those that have rotted are left out. */
  after(journalId: string, seq: number, limit: number): Line[] {
    const found: Line[] = [];
    const packs = this.#db
      .prepare('SELECT * FROM packs WHERE journal_id = ? AND last_seq > ? ORDER BY last_seq')
      .iterate(journalId, seq) as Iterable<unknown> as Iterable<Pack>;
    for (const pack of packs) {
      const texts = linesOf(pack) ?? [];
      for (const [index, line] of texts.entries())
        if (pack.first_seq + index > seq && found.length < limit)
          found.push({ seq: pack.first_seq + index, line, hash: hash('sha256', line) });
      if (found.length >= limit) return found;
    }
    const rows = this.#db
      .prepare('SELECT seq, line, hash FROM lines WHERE journal_id = ? AND seq > ? ORDER BY seq LIMIT ?')
      .all(journalId, seq, limit - found.length);
    return [...found, ...(rows as unknown as Line[])];
  }

  has(journalId: string, seq: number): boolean {
    return this.after(journalId, seq - 1, 1)[0]?.seq === seq;
  }

  /** Removes those up to `to`; a pack goes as a whole, when nothing else is in it. */
  drop(journalId: string, to: number): void {
    this.#db.prepare('DELETE FROM lines WHERE journal_id = ? AND seq <= ?').run(journalId, to);
    this.#db.prepare('DELETE FROM packs WHERE journal_id = ? AND last_seq <= ?').run(journalId, to);
  }

  /** Packs the oldest rows of each journal that has many, one pack each. @returns whether there is more to do */
  pack(): boolean {
    const journals = this.#db.prepare('SELECT journal_id FROM journals').all() as { journal_id: string }[];
    return journals.map(({ journal_id }) => this.#packOldest(journal_id)).includes(true);
  }

  #packOldest(journalId: string): boolean {
    const span = this.#db
      .prepare('SELECT min(seq) AS first, max(seq) AS last FROM lines WHERE journal_id = ?')
      .get(journalId) as { first: number; last: number } | { first: null; last: null };
    if (span.first === null || span.last - span.first + 1 < packedTogether + keptLoose) return false;
    const rows = this.#db
      .prepare('SELECT seq, line, hash FROM lines WHERE journal_id = ? ORDER BY seq LIMIT ?')
      .all(journalId, packedTogether) as unknown as Line[];
    // Numbers in a pack have no hole between them.
    const { first } = span;
    const pack = rows.filter(({ seq }, index) => seq === first + index);
    const last = pack.at(-1)!.seq;
    const lines = deflateSync(pack.map(({ line }) => line).join('\n'));
    this.#transaction(() => {
      this.#db.prepare('DELETE FROM lines WHERE journal_id = ? AND seq <= ?').run(journalId, last);
      this.#db.prepare('INSERT INTO packs VALUES (?, ?, ?, ?)').run(journalId, first, last, lines);
    });
    return true;
  }
}
