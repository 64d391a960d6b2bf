/**
 * The journal on the player's disk: appended durably, delivered in signed batches until the CMS has acked, then kept a
 * while longer for a CMS that comes back from an old backup. Lines are never changed; a journal is only ever continued.
 */
import { deflateSync } from 'node:zlib';
import { z } from 'zod';
import type { FaultCode } from '../../shared/faults/table.ts';
import {
  batchMessage,
  firstPrev,
  journalBody,
  journalRecord,
  type JournalBatch,
  type JournalBody,
  type PlayBody,
} from '../../shared/protocol/journal.ts';
import { appendRecord, type RecordEntry } from '../../shared/proof/chain.ts';
import { sha256Hex } from '../../shared/protocol/common.ts';
import type { Clock } from './clock.ts';
import type { DeviceKey } from './identity.ts';
import { Lines } from './lines.ts';
import { StoreError, type Store } from './store.ts';

/** Records in a batch: small enough for a thin line, large enough to catch up after weeks. */
const batchRecords = 200;
/** Bytes of lines in a batch, before they are packed. */
const batchBytes = 600_000;
/** Delivered lines that are kept per journal: about two days of ten-second items. */
const keptDelivered = 20_000;
/** Records that are carried over into another journal at once: nothing else goes on meanwhile. */
const carriedAtOnce = 2_000;
/** Records of two hours and more, of items of seven seconds. */
const recentRecords = 1_000;
/** The same play is checkpointed when it has been painted for so much longer, ms: a board's disk lives by its writes. */
const checkpointMs = 900;

const headShape = z.object({
  journal_id: z.string(),
  head_seq: z.int(),
  head_hash: sha256Hex,
  acked: z.int(),
  /** 0: open, 1: forked, 2: ended (`stateOf`), 3: forked, and what was never acked is still to be carried over. */
  forked: z.int(),
});
type Head = z.infer<typeof headShape>;

/** The journal that is being written, and the key of the player that signs it. */
interface OwnJournal {
  readonly journalId: string;
  readonly deviceKey: string;
}

/** A play belongs to the journal that it began in, also when this player has another identity by the next start. */
const openPlayShape = z.object({
  journalId: z.string(),
  play: journalBody.refine((body) => body.type === 'playEnded'),
});

export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #lines: Lines;
  readonly #onAppend: (bodies: readonly JournalBody[]) => void;
  #own: OwnJournal;
  /** What the disk holds of the play on the glass; null: not known. */
  #checkpointed: { play: string; paintedMs: number } | null = null;

  /** @param onAppend called once something is durable and may be delivered, with what is new of it */
  constructor(store: Store, clock: Clock, own: OwnJournal, onAppend: (bodies: readonly JournalBody[]) => void) {
    this.#store = store;
    this.#lines = new Lines(store);
    this.#clock = clock;
    this.#onAppend = onAppend;
    this.#own = own;
    try {
      this.#begin(own);
    } catch {
      // A disk that is full: it begins with the first record that there is room for.
    }
  }

  get journalId(): string {
    return this.#own.journalId;
  }

  /** Number and hash of the newest record. */
  get head(): { seq: number; hash: string } {
    const head = this.#head(this.journalId);
    return { seq: head?.head_seq ?? 0, hash: head?.head_hash ?? firstPrev };
  }

  /**
   * What this disk knows of a journal. It can be written to while `open`; `ended`: its store was damaged, what is left of it is
   * delivered; `unknown`: new, or lost with its store.
   */
  static stateOf(store: Store, journalId: string): 'open' | 'forked' | 'ended' | 'unknown' {
    const row = store.db.prepare('SELECT forked FROM journals WHERE journal_id = ?').get(journalId);
    if (row === undefined) return 'unknown';
    return row['forked'] === 0 ? 'open' : row['forked'] === 2 ? 'ended' : 'forked';
  }

  /** Goes on in another journal. What is left of the old one is still delivered. */
  switchTo(own: OwnJournal): void {
    this.#begin(own);
    // A disk that does not take it leaves the board with the journal that it has.
    this.#store.afterCommit(() => (this.#own = own));
  }

  #begin({ journalId, deviceKey }: OwnJournal): void {
    this.#store.db
      .prepare('INSERT OR IGNORE INTO journals VALUES (?, 0, ?, 0, 0, ?, ?)')
      .run(journalId, firstPrev, this.#clock.now(), deviceKey);
  }

  /** Appends records, in one transaction together with the checkpoint that they replace. Durable on return, or with the caller's transaction. */
  append(bodies: readonly JournalBody[], openPlay?: PlayBody | null): void {
    this.#append(this.journalId, bodies, openPlay);
  }

  #append(journalId: string, bodies: readonly JournalBody[], openPlay?: PlayBody | null): void {
    if (bodies.length === 0) return openPlay === undefined ? undefined : this.checkpoint(openPlay);
    this.#store.transaction(() => {
      const moment = { at: this.#clock.now(), clock: this.#clock.state(), offsetMs: this.#clock.offsetMs() };
      this.#write(
        journalId,
        bodies.map((body) => ({ ...moment, body })),
      );
      if (openPlay !== undefined) this.checkpoint(openPlay);
    });
    // Never before: a record that the CMS holds and this disk lost would be a fork.
    this.#store.afterCommit(() => this.#onAppend(bodies));
  }

  /** @throws StoreError `journal_unwritable`: a number that the CMS was given must never be given again */
  #write(journalId: string, entries: readonly RecordEntry[]): void {
    const { unwritable } = this.#store;
    if (unwritable !== null) throw new StoreError('journal_unwritable', `The disk takes no record: ${unwritable}`);
    if (journalId === this.journalId) this.#begin(this.#own);
    const head = this.#head(journalId);
    let { seq, hash } = { seq: head?.head_seq ?? 0, hash: head?.head_hash ?? firstPrev };
    for (const entry of entries) {
      const record = appendRecord({ journalId, seq, hash }, entry);
      ({ seq, hash } = record);
      this.#lines.add(journalId, record);
    }
    this.#store.db
      .prepare('UPDATE journals SET head_seq = ?, head_hash = ? WHERE journal_id = ?')
      .run(seq, hash, journalId);
  }

  /** Remembers the play that is on the glass, so that a power cut leaves it in the journal. */
  checkpoint(openPlay: PlayBody | null): void {
    const open = openPlay === null ? null : { journalId: this.journalId, play: openPlay };
    // The same play but for how long it has been painted.
    const paintedMs = openPlay?.paintedMs ?? 0;
    const play = JSON.stringify(open && { ...open, play: { ...open.play, paintedMs: 0 } });
    const known = this.#checkpointed;
    if (play === known?.play && Math.abs(paintedMs - known.paintedMs) < checkpointMs) return;
    // What a transaction writes may yet be rolled back.
    this.#checkpointed = null;
    this.#store.writeMeta('openPlay', open);
    this.#store.afterCommit(() => (this.#checkpointed = { play, paintedMs }));
  }

  /** Plays of obligations that began at `since` (ms UTC) or later, in order, among the newest records. */
  obligationPlays(since: number): PlayBody[] {
    return this.#lines
      .after(this.journalId, this.head.seq - recentRecords, recentRecords)
      .filter(({ line }) => line.includes('"kind":"obligation"'))
      .flatMap(({ line }) => entryOf(line))
      .flatMap(({ body }) => (body.type === 'playEnded' && body.start >= since ? body : []));
  }

  /** After a crash: closes the play that was on the glass with what was painted by the last checkpoint. */
  closeInterrupted(): void {
    const open = this.#store.readMeta('openPlay', openPlayShape);
    const journalId = open && this.#continuation(open.journalId);
    // Time does not go back behind what was on the glass: its floor is saved less often.
    if (open?.play.type === 'playEnded') this.#clock.notBefore(open.play.start + open.play.paintedMs);
    if (open?.play.type === 'playEnded' && journalId)
      this.#append(journalId, [{ ...open.play, outcome: 'interrupted' }], null);
    else this.#store.writeMeta('openPlay', null);
  }

  /** Where a record for `journalId` goes: into the player's present journal if that one has forked under the same key. null: nowhere. */
  #continuation(journalId: string): string | null {
    if (Journal.stateOf(this.#store, journalId) === 'open') return journalId;
    const keyOf = this.#store.db.prepare('SELECT device_key FROM journals WHERE journal_id = ?');
    return keyOf.get(journalId)?.['device_key'] === this.#own.deviceKey ? this.journalId : null;
  }

  /** Journals under a device key with records that the CMS lacks, oldest first. */
  undelivered(deviceKey: string): string[] {
    return this.#store.db
      .prepare(
        'SELECT journal_id FROM journals WHERE device_key = ? AND acked < head_seq AND forked IN (0, 2) ORDER BY made_at, journal_id',
      )
      .all(deviceKey)
      .map((row) => (row as { journal_id: string }).journal_id);
  }

  /** The next records for the CMS, signed; null when it has them all. */
  nextBatch(journalId: string, key: DeviceKey): JournalBatch | null {
    const head = this.#head(journalId);
    if (!head || head.forked % 2 === 1 || head.acked >= head.head_seq) return null;
    const rows = this.#lines.after(journalId, head.acked, batchRecords);
    let bytes = 0;
    // Up to the first that is missing: a batch has no hole.
    const whole = rows.filter(({ seq }, index) => seq === rows[0]!.seq + index);
    const taken = whole.filter((row, index) => (bytes += Buffer.byteLength(row.line) + 1) <= batchBytes || index === 0);
    const first = taken[0];
    const last = taken.at(-1);
    if (!first || !last) return null;
    return {
      journalId,
      firstSeq: first.seq,
      lastSeq: last.seq,
      lines: deflateSync(taken.map((row) => row.line).join('\n')),
      signature: key.signText(batchMessage(journalId, last.seq, last.hash)),
    };
  }

  /**
   * Notes what the CMS holds durably; it may be less than before, when it came back from a backup.
   * @returns false when the CMS claims more than was ever written here, or lacks what is gone here: the journal cannot be continued
   */
  acked(journalId: string, seq: number): boolean {
    const head = this.#head(journalId);
    if (!head) return false;
    if (seq > head.head_seq) return false;
    if (seq < head.head_seq && !this.#lines.has(journalId, seq + 1)) {
      // It lacks what is gone here: what it never acked goes on in another journal (`carryOver`).
      this.#setAcked(journalId, Math.max(seq, head.acked));
      this.#mark(journalId, 3);
      return false;
    }
    this.#store.transaction(() => {
      this.#setAcked(journalId, seq);
      this.#lines.drop(journalId, seq - keptDelivered);
    });
    return true;
  }

  #setAcked(journalId: string, seq: number): void {
    this.#store.db.prepare('UPDATE journals SET acked = ? WHERE journal_id = ?').run(seq, journalId);
  }

  /**
   * The CMS holds other records under the same numbers: nothing more of this journal is sent; its lines stay here.
   * @param code `journal_damaged`: it is this disk that has lost lines; those that are whole go on in another journal
   */
  markForked(journalId: string, code: FaultCode): void {
    this.#mark(journalId, code === 'journal_damaged' ? 3 : 1);
  }

  #mark(journalId: string, forked: 1 | 3): void {
    this.#store.db
      .prepare('UPDATE journals SET forked = ? WHERE journal_id = ? AND forked <> 3')
      .run(forked, journalId);
  }

  /**
   * Of journals that cannot be continued because the CMS lacks what is gone here (it came back from an older backup, or lines have rotted):
   * what no CMS ever acked goes on in the present journal, with the time that it was recorded at. A portion at a time, to be called again.
   */
  carryOver(): void {
    const { db } = this.#store;
    const given = db
      .prepare('SELECT journal_id, acked FROM journals WHERE forked = 3 AND journal_id <> ? AND device_key = ?')
      .get(this.journalId, this.#own.deviceKey) as { journal_id: string; acked: number } | undefined;
    if (!given) return;
    this.#store.transaction(() => {
      const rows = this.#lines.after(given.journal_id, given.acked, carriedAtOnce);
      this.#write(
        this.journalId,
        rows.flatMap(({ line }) => entryOf(line)),
      );
      const to = rows.at(-1)?.seq ?? given.acked;
      this.#lines.drop(given.journal_id, to);
      const forked = rows.length < carriedAtOnce ? 1 : 3;
      db.prepare('UPDATE journals SET acked = ?, forked = ? WHERE journal_id = ?').run(to, forked, given.journal_id);
    });
    this.#store.afterCommit(() => this.#onAppend([]));
  }

  /** Packs what has lain for a while, a portion at a time. @returns whether there is more to do */
  pack(): boolean {
    return this.#lines.pack();
  }

  #head(journalId: string): Head | null {
    const row = this.#store.db.prepare('SELECT * FROM journals WHERE journal_id = ?').get(journalId);
    return row === undefined ? null : headShape.parse(row);
  }
}

/** What a line records; nothing for one that has rotted. */
function entryOf(line: string): RecordEntry[] {
  try {
    const { at, clock, offsetMs, body } = journalRecord.parse(JSON.parse(line));
    return [{ at, clock, offsetMs, body }];
  } catch {
    return [];
  }
}
