/** Delivers journals over a link, in order, one batch at a time, until the CMS has everything. */
import { inflateSync } from 'node:zlib';
import type { Logger } from 'pino';
import type { FaultCode } from '../../shared/faults/table.ts';
import type { JournalBatch } from '../../shared/protocol/journal.ts';
import { readLines } from '../../shared/proof/chain.ts';
import type { DeviceKey } from './identity.ts';
import type { Journal } from './journal.ts';
import { LinkError, type Link } from './link.ts';
import { backoffMs, pause, type System } from './system.ts';

export interface CourierOptions {
  readonly journal: Journal;
  readonly link: () => Link | null;
  readonly key: () => DeviceKey;
  /** Which journals go over this link, oldest first. */
  readonly journals: () => string[];
  /** This journal cannot be continued: the CMS and the player disagree about it. */
  readonly onBroken: (journalId: string, code: FaultCode) => void;
  readonly system: System;
  readonly log: Logger;
}

export class Courier {
  readonly #o: CourierOptions;
  readonly #closed = new AbortController();
  #running: Promise<void> | null = null;
  #again = false;

  constructor(options: CourierOptions) {
    this.#o = options;
  }

  /** Something may be there to deliver. */
  wake(): void {
    this.#again = true;
    if (this.#running || this.#closed.signal.aborted) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#again && this.#o.link()?.connected) this.wake();
    });
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let attempt = 0;
    while (this.#again && !this.#closed.signal.aborted) {
      this.#again = false;
      if (await this.#deliverAll()) attempt = 0;
      else if (!this.#o.link()?.connected)
        return; // The next connection wakes the courier.
      else {
        await pause(backoffMs(attempt++, 2_000, 300_000, this.#o.system), this.#closed.signal);
        this.#again = true;
      }
    }
  }

  /** One journal that is not taken does not hold back the others. @returns whether all were */
  async #deliverAll(): Promise<boolean> {
    let done = true;
    const attempt = async (work: () => Promise<void>) => {
      try {
        await work();
      } catch (error) {
        done = false;
        this.#o.log.warn({ code: error instanceof LinkError ? error.code : 'internal_error' }, 'a batch was not taken');
      }
    };
    await attempt(async () => {
      for (const journalId of this.#o.journals()) await attempt(() => this.#deliver(journalId));
    });
    return done;
  }

  async #deliver(journalId: string): Promise<void> {
    const { journal } = this.#o;
    while (!this.#closed.signal.aborted) {
      const link = this.#o.link();
      if (!link?.connected) return;
      const batch = journal.nextBatch(journalId, this.#o.key());
      if (!batch) return;
      try {
        const { acked } = await link.send('appendJournalV1', batch);
        if (!journal.acked(journalId, acked)) return this.#o.onBroken(journalId, 'journal_ack_wrong');
        // An ack that does not move would be sent for ever.
        if (acked < batch.firstSeq) throw new LinkError('journal_not_taken', 'The CMS took nothing of a batch');
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        if (error.code === 'journal_fork') return this.#o.onBroken(journalId, 'journal_fork');
        // A line that rotted on this disk would keep back everything after it.
        if (error.code === 'journal_invalid' && !isWhole(batch)) return this.#o.onBroken(journalId, 'journal_damaged');
        // The CMS has come back from before this journal: it is told from the beginning, if that is still here.
        if (error.code === 'journal_unknown' && batch.firstSeq > 1) {
          if (journal.acked(journalId, 0)) continue;
          return this.#o.onBroken(journalId, 'journal_unknown');
        }
        if (error.code !== 'journal_gap') throw error;
        const from = error.params.needFrom;
        const possible = typeof from === 'number' && Number.isInteger(from) && from >= 1 && from !== batch.firstSeq;
        if (!possible || !journal.acked(journalId, from - 1)) return this.#o.onBroken(journalId, 'journal_gap');
      }
    }
  }
}

function isWhole(batch: JournalBatch): boolean {
  try {
    readLines({ ...batch, lines: inflateSync(batch.lines).toString('utf8') });
    return true;
  } catch {
    return false;
  }
}
