/**
 * What this board's line has carried in the month so far, in both directions. Whoever sells a SIM card counts all of the machine: so do the
 * counters of the network in use, which are believed where they can be read. They begin anew at each start of the machine; elsewhere
 * the player's own connections are counted, which begin anew with the player. What is kept on the disk goes on over both.
 */
import { z } from 'zod';
import type { FaultCode } from '../../shared/faults/table.ts';
import { budgetWarnsAt } from '../../shared/protocol/downloads.ts';
import { dateOf } from '../../shared/schedule/zone.ts';
import type { Clock } from './clock.ts';
import type { Machine } from './status/machine.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';

const count = z.number().min(0);
const shape = z.object({
  /** «2026-11», of the board's zone. */
  month: z.string(),
  bytes: count,
  /** The counter as it was last read: whose it is, since which start it counts, of which network. */
  counter: z
    .object({
      by: z.enum(['machine', 'player']),
      start: z.string(),
      name: z.string(),
      bytes: count,
      /** Of every network there was then, by name; left out by players from before they were kept. */
      all: z.record(z.string(), count).nullable().default(null),
    })
    .nullable(),
  /** The part of the budget that was told of last. */
  told: count,
});
type Kept = z.infer<typeof shape>;
type Counter = NonNullable<Kept['counter']>;

export interface DataUseOptions {
  readonly store: Pick<Store, 'readMeta' | 'writeMeta'>;
  readonly system: Pick<System, 'bootId' | 'uuid'>;
  readonly clock: Pick<Clock, 'now' | 'state'>;
  readonly machine: Pick<Machine, 'readCounters'>;
  /** What the player's own connections carried since its start, bytes. */
  readonly ownBytes: () => number;
  /** Of the board. */
  readonly zone: () => string;
  /** For a month, millions of bytes; null: any. */
  readonly monthlyMb: () => number | null;
  readonly onFault: (code: FaultCode, detail: string) => void;
}

export class DataUse {
  readonly #o: DataUseOptions;
  readonly #start: string;
  #kept: Kept;
  #looking: Promise<void> | null = null;

  constructor(options: DataUseOptions) {
    this.#o = options;
    this.#start = options.system.uuid();
    this.#kept = options.store.readMeta('dataUse', shape) ?? {
      month: this.#month(),
      bytes: 0,
      counter: null,
      told: 0,
    };
  }

  /** Of the month so far, millions of bytes; null: nothing was counted yet. */
  get mb(): number | null {
    return this.#kept.counter && Math.round(this.#kept.bytes / 1_000_000);
  }

  /** Nothing is left of the month's budget. */
  get spent(): boolean {
    return this.#part() >= 1;
  }

  /** Reads the counter. Never throws. */
  look(): Promise<void> {
    // Two at once could come back in another order, and the older one would look like a counter that began anew.
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #look(): Promise<void> {
    const counter = await this.#read();
    const { clock, store } = this.#o;
    const month = this.#month();
    // A machine that has not heard the time since its start says any month, and what was counted is gone with a wrong one.
    if (month !== this.#kept.month && clock.state() === 'synced')
      this.#kept = { ...this.#kept, month, bytes: 0, told: 0 };
    if (counter) this.#kept = { ...this.#kept, counter, bytes: this.#kept.bytes + since(this.#kept.counter, counter) };
    this.#warn();
    try {
      store.writeMeta('dataUse', this.#kept);
    } catch {
      // A disk that fails now is tried again at the next look; the journal says so.
    }
  }

  /** @returns null: nothing can be read any more of what was read before */
  async #read(): Promise<Counter | null> {
    const { machine, ownBytes, system } = this.#o;
    const read = await machine.readCounters();
    const last = this.#kept.counter;
    // While the network is away its counter stands still; that it is gone is kept, for one of the same name that comes up anew.
    const name = read?.name ?? (last?.by === 'machine' ? last.name : null);
    if (read && name !== null) {
      const bytes = read.bytes[name] ?? 0;
      return { by: 'machine', start: system.bootId ?? this.#start, name, bytes, all: read.bytes };
    }
    if (last?.by === 'machine') return null;
    return { by: 'player', start: this.#start, name: '', bytes: ownBytes(), all: null };
  }

  #month(): string {
    return dateOf(this.#o.zone(), this.#o.clock.now()).slice(0, 7);
  }

  #part(): number {
    const monthlyMb = this.#o.monthlyMb();
    return monthlyMb === null ? 0 : this.#kept.bytes / (monthlyMb * 1_000_000);
  }

  /** Says once a month that little is left, and once that nothing is. */
  #warn(): void {
    const part = this.#part();
    const told = part >= 1 ? 1 : part >= budgetWarnsAt ? budgetWarnsAt : 0;
    const code = told === 1 ? 'data_budget_spent' : 'data_budget_low';
    if (told > this.#kept.told)
      this.#o.onFault(
        code,
        `${Math.round(this.#kept.bytes / 1_000_000)} MB of ${this.#o.monthlyMb()} MB in ${this.#kept.month}`,
      );
    this.#kept = { ...this.#kept, told };
  }
}

/** Bytes between two readings of counters. */
function since(before: Counter | null, now: Counter): number {
  // What another one had counted before it was looked at first is not known.
  if (before?.by !== now.by) return 0;
  if (before.start !== now.start) return now.bytes;
  const sameName = before.name === now.name ? before.bytes : null;
  // Nor of a network whose counter was not kept.
  if (before.all === null && sameName === null) return 0;
  // A modem that dials again has another name, or the same: what came up since counts from nothing.
  const then = before.all === null ? sameName! : (before.all[now.name] ?? 0);
  return now.bytes < then ? now.bytes : now.bytes - then;
}
