/**
 * What stands between somebody at the glass and the technician's page: a challenge, and how many wrong codes were given. Goes by
 * monotonic time alone, since the clock of a board without a network may be wrong.
 */
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { codeFor, makeChallenge } from '../../../shared/protocol/technician-code.ts';
import { challengeLifeMs } from '../../../shared/protocol/technician.ts';
import type { Store } from '../store.ts';
import type { System } from '../system.ts';

/** So many wrong codes cost no wait. */
const freeTries = 5;
const [firstWaitMs, longestWaitMs] = [60_000, 3_600_000];

export interface CodeDoorOptions {
  readonly store: Pick<Store, 'readMeta' | 'writeMeta'>;
  readonly system: Pick<System, 'monotonic' | 'randomBytes'>;
}

export class CodeDoor {
  readonly #o: CodeDoorOptions;
  /** Wrong codes since the last right one; on the disk, so that pulling the plug wins nothing. */
  #wrong: number;
  #waitsUntil: number;
  #shown: { readonly challenge: string; readonly key: Uint8Array; readonly until: number } | null = null;

  constructor(options: CodeDoorOptions) {
    this.#o = options;
    this.#wrong = options.store.readMeta('technicianWrong', z.int().min(0)) ?? 0;
    // How long the player was off is not known: the whole wait begins anew.
    this.#waitsUntil = options.system.monotonic() + this.#waitMs();
  }

  get wrong(): number {
    return this.#wrong;
  }

  /** No code is taken for so long, ms. */
  get waitMs(): number {
    return Math.max(0, this.#waitsUntil - this.#o.system.monotonic());
  }

  /** The challenge to show: the one of before, as long as it holds and nothing else is trusted. @param key `codeKey` */
  challenge(key: Uint8Array): string {
    const { monotonic, randomBytes } = this.#o.system;
    const now = monotonic();
    if (this.#shown === null || now >= this.#shown.until || !Buffer.from(key).equals(this.#shown.key))
      this.#shown = { challenge: makeChallenge(key, randomBytes(4)), key, until: now + challengeLifeMs };
    return this.#shown.challenge;
  }

  /** `early`: it was not looked at. `expired`: nor was this; another challenge is due. A right code opens once. */
  enter(code: string): 'right' | 'wrong' | 'early' | 'expired' {
    if (this.waitMs > 0) return 'early';
    const shown = this.#shown;
    if (shown === null || this.#o.system.monotonic() >= shown.until) return 'expired';
    // Counted before it is looked at.
    this.#count(this.#wrong + 1);
    if (!equal(code, codeFor(shown.key, shown.challenge))) {
      this.#waitsUntil = this.#o.system.monotonic() + this.#waitMs();
      return 'wrong';
    }
    this.#shown = null;
    this.#count(0);
    return 'right';
  }

  #waitMs(): number {
    return this.#wrong < freeTries ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (this.#wrong - freeTries));
  }

  #count(wrong: number): void {
    this.#wrong = wrong;
    try {
      this.#o.store.writeMeta('technicianWrong', wrong === 0 ? null : wrong);
    } catch {
      // A failing disk is what a technician may have come for: it is counted in memory.
    }
  }
}

const equal = (given: string, right: string): boolean =>
  given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));
