/** Keeps what comes within a rate, as a token bucket does: after a rest a second's worth comes at once. */
import { pause } from './system.ts';

/** What a rest saves up, ms. */
const burstMs = 1_000;

export interface PaceOptions {
  /** Bytes a second; null: any. */
  readonly rate: () => number | null;
  /** Milliseconds that only go on. */
  readonly monotonic: () => number;
  /** Waits so long, ms, or until the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

export class Pace {
  readonly #o: Required<PaceOptions>;
  /** When what has come so far would have come at the rate, ms. */
  #dueAt = -Infinity;

  constructor(options: PaceOptions) {
    this.#o = { wait: pause, ...options };
  }

  /** So many bytes have come; resolves when more may, or when the signal aborts. */
  async took(bytes: number, signal: AbortSignal): Promise<void> {
    const rate = this.#o.rate();
    if (rate === null) {
      this.#dueAt = -Infinity;
      return;
    }
    const now = this.#o.monotonic();
    this.#dueAt = Math.max(this.#dueAt, now - burstMs) + (bytes / rate) * 1_000;
    if (this.#dueAt > now) await this.#o.wait(this.#dueAt - now, signal);
  }
}
