/** Counts per key within a window: against guessing codes and against floods. In memory: a restart forgives. */
export interface ThrottleOptions {
  /** How many are let through per window. */
  readonly limit: number;
  /** ms */
  readonly windowMs: number;
  /** ms UTC */
  readonly now: () => number;
}

/** Keys remembered at most; beyond it the oldest windows are forgotten first. */
const keysKept = 50_000;

export class Throttle {
  readonly #options: ThrottleOptions;
  /** In order of the windows' beginnings. */
  readonly #windows = new Map<string, { since: number; count: number }>();

  constructor(options: ThrottleOptions) {
    this.#options = options;
  }

  /** Whether the key has used up its window. */
  exceeded(key: string): boolean {
    return (this.#current(key)?.count ?? 0) >= this.#options.limit;
  }

  /** Counts one. @returns false when that was one too many */
  take(key: string): boolean {
    if (this.exceeded(key)) return false;
    const window = this.#current(key);
    if (window) window.count++;
    else this.#begin(key);
    return true;
  }

  /** Gives the key its window back: what was counted turned out to be right. */
  forgive(key: string): void {
    this.#windows.delete(key);
  }

  /** Uncounts one that turned out to be right. */
  giveBack(key: string): void {
    const window = this.#current(key);
    if (window && window.count > 0) window.count--;
  }

  /** When the key's window ends, ms from now. */
  retryAfterMs(key: string): number {
    const window = this.#current(key);
    return window ? window.since + this.#options.windowMs - this.#options.now() : 0;
  }

  #current(key: string): { since: number; count: number } | null {
    const window = this.#windows.get(key);
    return window && this.#options.now() < window.since + this.#options.windowMs ? window : null;
  }

  #begin(key: string): void {
    this.#windows.delete(key);
    this.#windows.set(key, { since: this.#options.now(), count: 1 });
    if (this.#windows.size > keysKept) this.#windows.delete(this.#windows.keys().next().value!);
  }
}

/**
 * Whom an address is counted as: an IPv4 address for itself, an IPv6 address for its /64, which one household or server is given as
 * a whole (RFC 6177), so that changing within it wins nothing.
 */
export function networkOf(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!bare.includes(':')) return bare;
  const [left = [], right] = bare.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = right ? Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0') : [];
  const groups = [...left, ...zeros, ...(right ?? [])].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
