/**
 * Takes batches of journals into the tables, exactly once. Batches of a journal are read one after the other, each from where
 * the one before ended, while that one is still being written: reader and writer need not wait for each other. Batches of all
 * journals share transactions. A batch is answered when it, and so all before it, is durable.
 */
import type { JournalBatch } from '../../../../shared/protocol/journal.ts';
import { JournalError, type JournalHead } from '../../../../shared/proof/chain.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Context } from '../../context.ts';
import { GroupCommit } from '../../realtime/group-commit.ts';
import type { Tx } from '../../store/store.ts';
import type { BoardIdentity } from '../pairing/service.ts';
import type { TakeoverService } from '../takeovers/service.ts';
import { createForks } from './forks.ts';
import { proofRepo as repo, type CursorMove } from './repo.ts';
import { sha256, unpackLines, type JournalFacts, type ReadBatch } from './verify.ts';

/** Reads batches (verify.ts); verify-thread.ts does it beside the event loop. */
export interface Verifier {
  readBatch(batch: JournalBatch, facts: JournalFacts): Promise<ReadBatch>;
}

export interface IngestDeps {
  readonly takeovers: Pick<TakeoverService, 'report'>;
  readonly verifier: Verifier;
  /** Begins a journal that the CMS has not met. */
  begin(identity: BoardIdentity, journalId: string): Promise<void>;
}

/** A journal as this process knows it; the tables decide when it is wrong. */
interface Journal {
  readonly id: string;
  readonly no: number;
  readonly boardNo: number;
  readonly boardId: string;
  readonly deviceId: string;
  readonly deviceKey: string;
  /** Of what was read: the next batch joins it. */
  head: JournalHead;
  /** Number of the last record that is written; below `head` while a batch is on its way to the disk. */
  durableSeq: number;
  /** Settles when what is on its way now is written or refused. */
  written: Promise<unknown>;
  forked: boolean;
}

interface Item {
  readonly journal: Journal;
  readonly batch: JournalBatch;
  readonly read: ReadBatch;
  /** Where the journal ended when it was read. */
  readonly fromSeq: number;
  readonly receivedAt: number;
}

/** The journal does not end where this process thought: another one took a batch, or one before this could not be written. */
class StaleCursorError extends Error {}

/** Records per transaction at most, and how long one may take: a takeover waits for one of them, never for the storm. */
const recordsPerTransaction = 8000;
const transactionMs = 80;
/** Batches of one journal that wait at most; a board sends one after the other. */
const waitingPerJournal = 8;
/** Journals remembered. */
const journalsKept = 20_000;

export function createIngest(context: Context, deps: IngestDeps) {
  const { store, sources, events } = context;
  const forks = createForks(context);
  const known = new Map<string, Journal>();
  const queues = new Map<string, { readers: Promise<unknown>; waiting: number }>();
  const unanswered = new Set<Promise<unknown>>();
  const commits = new GroupCommit<Item>(store, {
    write,
    maxWeight: recordsPerTransaction,
    aimMs: transactionMs,
    weigh: ({ read }) => read.plays.count + read.events.count,
    delayMs: 0,
  });

  async function write(tx: Tx, items: readonly Item[]): Promise<void> {
    const moves = movesOf(items);
    const batches = items.map(({ batch: { journalId, lastSeq, lines, signature }, read, receivedAt }) => ({
      journalId,
      firstSeq: read.freshFrom!,
      lastSeq,
      signature,
      lines: read.repacked ?? lines,
      receivedAt,
    }));
    // Sent together: the connection keeps their order, and the writer need not wait for the event loop between them. All are
    // waited for: one that came after the rollback would be a transaction of its own.
    const [moved, ...inserted] = await Promise.allSettled([
      repo.moveCursors(tx, moves),
      repo.insertBatches(tx, batches),
      repo.insertPlays(
        store,
        tx,
        items.map(({ read }) => read.plays),
      ),
      repo.insertEvents(
        store,
        tx,
        items.map(({ read }) => read.events),
      ),
    ]);
    // Where a cursor was not what it was thought to be, the rows are there already: that says more than their refusal.
    if (moved.status === 'fulfilled' && moved.value !== moves.length) throw new StaleCursorError();
    for (const done of [moved, ...inserted]) if (done.status === 'rejected') throw done.reason;
    const facts = items.flatMap(({ journal, read }) =>
      read.takeovers.map((fact) => ({ ...fact, boardId: journal.boardId, errorCode: null })),
    );
    if (facts.length > 0) await deps.takeovers.report(tx, facts);
  }

  /**
   * A player that had to begin a journal while it was offline may have been replaced before it could greet with it: its first
   * batch is as good as a greeting.
   * @throws JournalError `journal_unknown` when it is another player's, or not begun and the batch is not its first
   */
  async function load(identity: BoardIdentity, { journalId, firstSeq }: JournalBatch): Promise<Journal> {
    let journal = known.get(journalId);
    if (!journal) {
      let row = await repo.journal(store.read, journalId);
      if (!row && firstSeq === 1) {
        await deps.begin(identity, journalId);
        row = await repo.journal(store.write, journalId);
      }
      if (!row) throw unknownJournal();
      journal = {
        id: row.id,
        no: row.no,
        boardNo: row.board_no,
        boardId: row.board_id,
        deviceId: row.device_id,
        deviceKey: row.device_key,
        head: { journalId: row.id, seq: row.last_seq, hash: row.last_hash },
        durableSeq: row.last_seq,
        written: Promise.resolve(),
        forked: row.forked_at !== null,
      };
      known.set(journalId, journal);
      if (known.size > journalsKept) known.delete(known.keys().next().value!);
    }
    // Another's journal reads the same as none.
    if (journal.boardId !== identity.boardId || journal.deviceId !== identity.deviceId) throw unknownJournal();
    return journal;
  }

  /** Whether the held line of this number has this hash. Through the chain that decides for all before it. */
  async function holds(journalId: string, resent: { seq: number; hash: string }): Promise<boolean> {
    const held = await repo.batchCovering(store.read, journalId, resent.seq);
    const line = held && unpackLines(held.lines).split('\n')[resent.seq - held.first_seq];
    return line !== undefined && sha256(line) === resent.hash;
  }

  /** A batch whose records are all known by their numbers: acknowledged when those are durable, and what they were. */
  async function confirm(journal: Journal, read: ReadBatch): Promise<number> {
    await assertWritten(journal, journal.head.seq);
    if (read.resent && !(await holds(journal.id, read.resent)))
      throw new JournalError('journal_fork', `Record ${read.resent.seq} is held with other content`, { status: 409 });
    return journal.durableSeq;
  }

  /** Waits for what was read up to `seq`, and for no other journal's. @throws StaleCursorError when it could not be written */
  async function assertWritten(journal: Journal, seq: number): Promise<void> {
    await journal.written;
    if (journal.durableSeq < seq) throw new StaleCursorError();
  }

  async function commit(item: Item): Promise<number> {
    const { journal, read } = item;
    try {
      await commits.add(item);
    } catch (error) {
      // What was read behind it is refused by the tables; what comes next begins from what they hold.
      if (known.get(journal.id) === journal) known.delete(journal.id);
      throw error;
    }
    journal.durableSeq = read.head.seq;
    events.emit('playsRecorded', { boardId: journal.boardId, count: read.plays.count });
    for (const takeoverId of new Set(read.takeovers.map((fact) => fact.takeoverId)))
      events.emit('takeoverProgressed', { takeoverId });
    return read.head.seq;
  }

  /** Reads a batch. @returns how it gets durable, to be waited for outside of the journal's turn */
  async function read(identity: BoardIdentity, batch: JournalBatch): Promise<{ durable: Promise<number> }> {
    const journal = await load(identity, batch);
    try {
      const { seq: fromSeq } = journal.head;
      const read = await deps.verifier.readBatch(batch, journal);
      if (read.freshFrom === null) return { durable: confirm(journal, read) };
      if (journal.forked)
        throw new JournalError('journal_fork', 'This journal has forked; begin another', { status: 409 });
      journal.head = read.head;
      const durable = commit({ journal, batch, read, fromSeq, receivedAt: sources.now() });
      journal.written = Promise.allSettled([journal.written, durable]);
      return { durable };
    } catch (error) {
      // A fork of records that were read is one of the journal only when they are held.
      if (isFork(error)) await assertWritten(journal, journal.head.seq);
      throw error;
    }
  }

  async function append(identity: BoardIdentity, batch: JournalBatch, inTurn: InTurn): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { durable } = await inTurn(() => read(identity, batch));
        return await durable;
      } catch (error) {
        if (error instanceof StaleCursorError && attempt < 3) {
          known.delete(batch.journalId);
          continue;
        }
        if (isFork(error)) {
          const journal = known.get(batch.journalId);
          if (journal) journal.forked = true;
          await forks.keep(identity.boardId, batch);
        }
        throw error;
      }
    }
  }

  return {
    /**
     * @returns the last number that is durably held
     * @throws JournalError `journal_unknown`, `journal_invalid`, `journal_gap` (params.needFrom), `journal_fork`; AppError `server_busy`
     */
    append(identity: BoardIdentity, batch: JournalBatch): Promise<number> {
      const queue = queues.get(batch.journalId) ?? { readers: Promise.resolve(), waiting: 0 };
      if (queue.waiting >= waitingPerJournal) {
        return Promise.reject(new AppError('server_busy', 'Too many batches of one journal at once', { status: 503 }));
      }
      queues.set(batch.journalId, queue);
      queue.waiting++;
      const inTurn: InTurn = (work) => {
        const done = queue.readers.then(work);
        queue.readers = done.catch(() => undefined);
        return done;
      };
      // A copy of its own: what a socket gives is a view of a larger buffer, which would go from thread to thread with it.
      const answer = append(identity, { ...batch, lines: new Uint8Array(batch.lines) }, inTurn).finally(() => {
        unanswered.delete(answer);
        if (--queue.waiting === 0) queues.delete(batch.journalId);
      });
      unanswered.add(answer);
      return answer;
    },

    /** When everything that was taken is durable or refused. */
    async idle(): Promise<void> {
      await Promise.allSettled(unanswered);
    },
  };
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** One move per journal: what follows on each other is moved over at once. */
function movesOf(items: readonly Item[]): CursorMove[] {
  const moves = new Map<string, CursorMove>();
  for (const { journal, read, fromSeq } of items) {
    const before = moves.get(journal.id);
    if (before && before.toSeq !== fromSeq) throw new StaleCursorError();
    moves.set(journal.id, {
      journalId: journal.id,
      fromSeq: before?.fromSeq ?? fromSeq,
      toSeq: read.head.seq,
      toHash: read.head.hash,
    });
  }
  return [...moves.values()];
}

const isFork = (error: unknown): boolean => error instanceof JournalError && error.code === 'journal_fork';

const unknownJournal = (): JournalError =>
  new JournalError('journal_unknown', 'This player has no such journal', { status: 404 });
