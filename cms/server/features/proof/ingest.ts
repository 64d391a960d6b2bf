/**
 * Takes batches of journals into the tables, exactly once. Per journal one batch at a time; batches of different journals share
 * transactions. A batch is answered when it is durable.
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
import { proofRepo as repo } from './repo.ts';
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
  readonly boardId: string;
  readonly deviceId: string;
  readonly deviceKey: string;
  head: JournalHead;
  forked: boolean;
}

interface Item {
  readonly journal: Journal;
  readonly batch: JournalBatch;
  readonly read: ReadBatch;
  readonly receivedAt: number;
}

/** The tables know more of the journal than this process: another one took a batch. */
class StaleCursorError extends Error {}

/** Records per transaction at most, and how long one may take: a takeover waits for one of them, never for the storm. */
const recordsPerTransaction = 4000;
const transactionMs = 80;
/** Batches of one journal that wait at most; a board sends one after the other. */
const waitingPerJournal = 8;
/** Journals remembered. */
const journalsKept = 20_000;

export function createIngest(context: Context, deps: IngestDeps) {
  const { store, sources, events } = context;
  const forks = createForks(context);
  const known = new Map<string, Journal>();
  const queues = new Map<string, { tail: Promise<unknown>; waiting: number }>();
  const commits = new GroupCommit<Item>(store, {
    write,
    maxWeight: recordsPerTransaction,
    aimMs: transactionMs,
    weigh: ({ read }) => read.plays.count + read.events.count,
    delayMs: 0,
  });

  async function write(tx: Tx, items: readonly Item[]): Promise<void> {
    const moves = items.map(({ journal, read }) => ({
      journalId: journal.id,
      fromSeq: journal.head.seq,
      toSeq: read.head.seq,
      toHash: read.head.hash,
    }));
    const batches = items.map(({ batch: { journalId, lastSeq, lines, signature }, read, receivedAt }) => ({
      journalId,
      firstSeq: read.freshFrom!,
      lastSeq,
      signature,
      lines: read.repacked ?? lines,
      receivedAt,
    }));
    // Sent together: the connection keeps their order, and the writer need not wait for the event loop between them.
    const moving = repo.moveCursors(tx, moves);
    const inserting = Promise.all([
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
    inserting.catch(() => undefined);
    if ((await moving) !== items.length) throw new StaleCursorError();
    await inserting;
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
        boardId: row.board_id,
        deviceId: row.device_id,
        deviceKey: row.device_key,
        head: { journalId: row.id, seq: row.last_seq, hash: row.last_hash },
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

  async function take(journal: Journal, batch: JournalBatch): Promise<number> {
    const read = await deps.verifier.readBatch(batch, journal);
    if (read.freshFrom === null) {
      if (read.resent && !(await holds(journal.id, read.resent)))
        throw new JournalError('journal_fork', `Record ${read.resent.seq} is held with other content`, { status: 409 });
      return journal.head.seq;
    }
    if (journal.forked)
      throw new JournalError('journal_fork', 'This journal has forked; begin another', { status: 409 });
    await commits.add({ journal, batch, read, receivedAt: sources.now() });
    journal.head = read.head;
    events.emit('playsRecorded', { boardId: journal.boardId, count: read.plays.count });
    for (const takeoverId of new Set(read.takeovers.map((fact) => fact.takeoverId)))
      events.emit('takeoverProgressed', { takeoverId });
    return read.head.seq;
  }

  async function append(identity: BoardIdentity, batch: JournalBatch): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const journal = await load(identity, batch);
      try {
        return await take(journal, batch);
      } catch (error) {
        if (error instanceof StaleCursorError && attempt < 3) {
          known.delete(journal.id);
          continue;
        }
        if (error instanceof JournalError && error.code === 'journal_fork') {
          journal.forked = true;
          await forks.keep(journal.boardId, batch);
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
      const queue = queues.get(batch.journalId) ?? { tail: Promise.resolve(), waiting: 0 };
      if (queue.waiting >= waitingPerJournal) {
        return Promise.reject(new AppError('server_busy', 'Too many batches of one journal at once', { status: 503 }));
      }
      queues.set(batch.journalId, queue);
      queue.waiting++;
      // A copy of its own: what a socket gives is a view of a larger buffer, which would go from thread to thread with it.
      const own = { ...batch, lines: new Uint8Array(batch.lines) };
      const done = queue.tail.then(() => append(identity, own));
      queue.tail = done
        .catch(() => undefined)
        .then(() => {
          if (--queue.waiting === 0) queues.delete(batch.journalId);
        });
      return done;
    },

    /** When everything that was taken is durable or refused. */
    async idle(): Promise<void> {
      await Promise.all([...queues.values()].map((queue) => queue.tail));
      await commits.idle();
    },
  };
}

const unknownJournal = (): JournalError =>
  new JournalError('journal_unknown', 'This player has no such journal', { status: 404 });
