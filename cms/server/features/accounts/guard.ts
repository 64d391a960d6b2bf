/** Against guessing passwords, codes and links: per account and address, and per address whatever the account. */
import { AppError } from '../../../../shared/util/errors.ts';
import { networkOf, Throttle } from '../pairing/throttle.ts';

/** Wrong ones within a quarter of an hour. */
const WINDOW_MS = 15 * 60_000;
const WRONG_PER_ACCOUNT = 5;
const WRONG_PER_ADDRESS = 50;

export interface Attempt {
  /** It was right: nothing is counted against anybody. */
  right(): void;
}

export class SignInGuard {
  readonly #byAccount: Throttle;
  readonly #byAddress: Throttle;

  /** @param now ms UTC */
  constructor(now: () => number) {
    this.#byAccount = new Throttle({ limit: WRONG_PER_ACCOUNT, windowMs: WINDOW_MS, now });
    this.#byAddress = new Throttle({ limit: WRONG_PER_ADDRESS, windowMs: WINDOW_MS, now });
  }

  /**
   * Counts an attempt before the work is done, so that requests at the same time do not slip through.
   * @param account what is guessed at; null where only the address counts
   * @throws AppError `sign_in_throttled` 429
   */
  begin(account: string | null, address: string): Attempt {
    const network = networkOf(address);
    const key = account === null ? null : `${account}\n${network}`;
    if (key !== null && this.#byAccount.exceeded(key)) throw throttled(this.#byAccount.retryAfterMs(key));
    if (this.#byAddress.exceeded(network)) throw throttled(this.#byAddress.retryAfterMs(network));
    if (key !== null) this.#byAccount.take(key);
    this.#byAddress.take(network);
    return {
      right: () => {
        if (key !== null) this.#byAccount.forgive(key);
        this.#byAddress.giveBack(network);
      },
    };
  }
}

export function throttled(waitMs: number): AppError {
  return new AppError('sign_in_throttled', 'Too many wrong tries; wait and try again', {
    status: 429,
    params: { retryAfterSeconds: Math.ceil(waitMs / 1000) },
  });
}
