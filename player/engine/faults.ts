/** Faults go into the log and the journal; one that comes again and again must not fill either. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { FaultCode } from '../../shared/faults/table.ts';
import { msUtc } from '../../shared/protocol/common.ts';
import type { Clock } from './clock.ts';
import { withoutSecrets } from './engine-log.ts';
import type { Journal } from './journal.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';

/** The same fault is recorded at most this often, ms. */
const sameAgainMs = 60_000;
/** Faults of one code in that time, whatever their detail. */
const mostPerCode = 20;
/** The last ones are kept on the disk for whoever stands before the board. */
const keptRecent = 8;
const recentShape = z.array(z.object({ code: z.string(), at: msUtc }));
type Recent = z.infer<typeof recentShape>;

export class Faults {
  readonly #journal: Journal;
  readonly #store: Store;
  readonly #system: System;
  readonly #log: Logger;
  readonly #clock: Clock;
  /** `at`: once it was asked for. A correction of the clock is no new fault. */
  #last: { readonly code: string; readonly monotonic: number; at: number | null } | null = null;
  #since = 0;
  readonly #seen = new Set<string>();
  readonly #counts = new Map<string, number>();
  #recent: Recent;

  constructor(journal: Journal, store: Store, clock: Clock, system: System, log: Logger) {
    this.#journal = journal;
    this.#store = store;
    this.#clock = clock;
    this.#system = system;
    this.#log = log;
    this.#recent = store.readMeta('recentFaults', recentShape) ?? [];
  }

  /** The last ones, the newest first, of runs before as well; times ms UTC. */
  get recent(): readonly Recent[number][] {
    return this.#recent;
  }

  /** The newest one, and when it was, ms UTC. */
  get last(): { code: string; at: number } | null {
    if (this.#last === null) return null;
    const { code, monotonic } = this.#last;
    this.#last.at ??= Math.max(0, Math.round(this.#clock.now() - (this.#system.monotonic() - monotonic)));
    return { code, at: this.#last.at };
  }

  /** @param code a row of the table of faults; @param detail English, for whoever looks into it */
  raise(code: FaultCode, detail: string): void {
    if (!this.admits(code, detail)) return;
    // In a transaction of its own: a disk that does not take the fault must not end another one unseen.
    this.#store.afterCommit(() => {
      try {
        this.#journal.append([{ type: 'faultRaised', code, detail: withoutSecrets(detail).slice(0, 500) }]);
      } catch (error) {
        this.#log.error({ err: error }, 'the journal cannot be written');
      }
    });
  }

  /** Whether a fault is news; logs it if so. */
  admits(code: string, detail: string): boolean {
    const now = this.#system.monotonic();
    if (now - this.#since > sameAgainMs) {
      this.#seen.clear();
      this.#counts.clear();
      this.#since = now;
    }
    const count = this.#counts.get(code) ?? 0;
    const name = `${code} ${detail}`;
    if (this.#seen.has(name) || count >= mostPerCode) return false;
    this.#seen.add(name);
    this.#counts.set(code, count + 1);
    this.#last = { code: code.slice(0, 64), monotonic: now, at: null };
    this.#keep(code);
    this.#log.warn({ code, detail }, 'fault');
    return true;
  }

  #keep(code: string): void {
    this.#recent = [{ code: code.slice(0, 64), at: this.#clock.now() }, ...this.#recent].slice(0, keptRecent);
    try {
      this.#store.writeMeta('recentFaults', this.#recent);
    } catch {
      // The journal says it, and says when it cannot.
    }
  }
}
