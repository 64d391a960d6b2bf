/**
 * Many small durable writes in one transaction: while one transaction runs, what arrives waits for the next. One disk flush
 * then serves many boards, and between two transactions whoever else writes (a takeover) has its turn; so none may take long,
 * on a slow machine neither.
 */
import type { Store, Tx } from '../store/store.ts';

export interface GroupCommitOptions<T> {
  /** Writes the items; a throw leaves none of them behind. */
  write(tx: Tx, items: readonly T[]): Promise<void>;
  weigh(item: T): number;
  /** Weight of a transaction at most; one item is always taken. */
  readonly maxWeight: number;
  /** Transactions that take longer than this, ms, are followed by lighter ones. */
  readonly aimMs: number;
  /** How long the first item waits for company, ms. */
  readonly delayMs: number;
  /** Monotonic, ms. */
  readonly clock?: () => number;
}

interface Waiting<T> {
  readonly item: T;
  resolve(): void;
  reject(error: unknown): void;
}

/** The lightest transaction, as a part of the heaviest: below it the disk flush alone takes the time. */
const leastPart = 1 / 4;

export class GroupCommit<T> {
  readonly #store: Store;
  readonly #options: GroupCommitOptions<T>;
  readonly #clock: () => number;
  #queue: Waiting<T>[] = [];
  #running: Promise<void> | null = null;
  #weight: number;

  constructor(store: Store, options: GroupCommitOptions<T>) {
    this.#store = store;
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
    this.#weight = options.maxWeight;
  }

  /** Resolves when the item is durable; rejects with what its own write threw. */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** When nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    if (this.#options.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#options.delayMs));
    // Also without a delay: all messages of one turn of the event loop go together.
    else await new Promise((resolve) => setImmediate(resolve));
    let before: Promise<void> = Promise.resolve();
    while (this.#queue.length > 0) {
      // While one commits, the next already writes; whoever else has waited for the writer since comes in between.
      const written = Promise.withResolvers<void>();
      const done = this.#commitSome(() => written.resolve());
      await Promise.race([written.promise, done]);
      await before;
      before = done;
      if (this.#queue.length === 0) await done;
    }
    this.#running = null;
  }

  /** Takes what waits when the transaction has its turn, so that nobody waits beside a transaction that waits itself. */
  async #commitSome(onWritten: () => void): Promise<void> {
    let taken: Waiting<T>[] = [];
    let weight = 0;
    let started = 0;
    try {
      await this.#store.transaction(async (tx) => {
        // Run again after a lost race, it has the same items.
        if (taken.length === 0) ({ taken, weight } = this.#take());
        started = this.#clock();
        if (taken.length > 0)
          await this.#options.write(
            tx,
            taken.map(({ item }) => item),
          );
        onWritten();
      });
      for (const waiting of taken) waiting.resolve();
      if (taken.length > 0) this.#learn(weight, this.#clock() - started);
    } catch (error) {
      // No transaction at all: whoever would have been in it is told, rather than kept waiting for ever.
      if (taken.length === 0) for (const waiting of this.#take().taken) waiting.reject(error);
      else await this.#salvage(taken, error);
    }
  }

  /** One bad item must not fail the others, nor have each of them written alone: halves are tried, then halves of those that fail. */
  async #salvage(taken: readonly Waiting<T>[], error: unknown): Promise<void> {
    const [only] = taken;
    if (taken.length === 1 && only) return only.reject(error);
    const middle = Math.ceil(taken.length / 2);
    for (const half of [taken.slice(0, middle), taken.slice(middle)]) {
      let begun = false;
      try {
        await this.#store.transaction((tx) => {
          begun = true;
          return this.#options.write(
            tx,
            half.map(({ item }) => item),
          );
        });
        for (const waiting of half) waiting.resolve();
      } catch (failure) {
        if (begun) await this.#salvage(half, failure);
        // No transaction to be had: none of them is at fault, and smaller ones would not be had either.
        else for (const waiting of half) waiting.reject(failure);
      }
    }
  }

  #take(): { taken: Waiting<T>[]; weight: number } {
    let weight = 0;
    let count = 0;
    for (const { item } of this.#queue) {
      const next = weight + this.#options.weigh(item);
      if (count > 0 && next > this.#weight) break;
      weight = next;
      count++;
    }
    return { taken: this.#queue.splice(0, count), weight };
  }

  /** From how long a weight took, what the next may weigh; half way there, so that one hiccup decides little. */
  #learn(weight: number, tookMs: number): void {
    const { aimMs, maxWeight } = this.#options;
    const fits = tookMs > aimMs ? (weight * aimMs) / tookMs : maxWeight;
    this.#weight = Math.min(maxWeight, Math.max(maxWeight * leastPart, (this.#weight + fits) / 2));
  }
}
