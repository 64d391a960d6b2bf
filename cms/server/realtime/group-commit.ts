/**
 * Many small durable writes in one transaction: while one transaction runs, what arrives waits for the next. One disk flush
 * then serves many boards, and between two transactions whoever else writes (a takeover) has its turn.
 */
import type { Store, Tx } from '../store/store.ts';

export interface GroupCommitOptions<T> {
  /** Writes the items; a throw leaves none of them behind. */
  write(tx: Tx, items: readonly T[]): Promise<void>;
  /** Items are taken until their weights reach this; one item is always taken. */
  readonly maxWeight: number;
  weigh(item: T): number;
  /** How long the first item waits for company, ms. */
  readonly delayMs: number;
}

interface Waiting<T> {
  readonly item: T;
  resolve(): void;
  reject(error: unknown): void;
}

export class GroupCommit<T> {
  readonly #store: Store;
  readonly #options: GroupCommitOptions<T>;
  #queue: Waiting<T>[] = [];
  #running: Promise<void> | null = null;

  constructor(store: Store, options: GroupCommitOptions<T>) {
    this.#store = store;
    this.#options = options;
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
    while (this.#queue.length > 0) await this.#commit(this.#take());
    this.#running = null;
  }

  #take(): Waiting<T>[] {
    let weight = 0;
    let count = 0;
    for (const { item } of this.#queue) {
      weight += this.#options.weigh(item);
      if (count > 0 && weight > this.#options.maxWeight) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #commit(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#store.transaction((tx) =>
        this.#options.write(
          tx,
          batch.map((waiting) => waiting.item),
        ),
      );
      for (const waiting of batch) waiting.resolve();
    } catch (error) {
      const [only] = batch;
      if (batch.length === 1 && only) only.reject(error);
      // One bad item must not fail the others.
      else for (const waiting of batch) await this.#commit([waiting]);
    }
  }
}
