/**
 * What is being written, kept in this browser until it is saved or thrown away: a crash, a power cut or a closed window costs
 * nothing. Each person's own, so that nobody is offered what somebody else wrote on the same computer.
 */
import { z } from 'zod';

const entry = z.strictObject({
  /** When it was kept, ms UTC. */
  at: z.int(),
  /** The revision that the writing began from; null for something new. */
  revision: z.int().nullable(),
  /** Put aside when one of two versions had to be chosen: whose it was; null: the person's own. Left out: nothing was chosen. */
  asideOf: z.string().nullable().optional(),
  value: z.json(),
});

export interface Kept<T> {
  readonly at: number;
  readonly revision: number | null;
  readonly asideOf?: string | null | undefined;
  readonly value: T;
}

export class KeptDraft<T extends object> {
  readonly #storage: Storage;
  readonly #key: string;
  readonly #like: T;
  /** What this one has put there, or taken over. */
  #own: string | null = null;

  /**
   * @param of whose, of what, and which: `notice`, its id or «new»
   * @param like something of the same form: what an earlier release has kept in another is passed over
   */
  constructor(storage: Storage, of: { userId: string; kind: string; id: string }, like: T) {
    this.#storage = storage;
    this.#key = ['bang-tin-draft', of.userId, of.kind, of.id].join(':');
    this.#like = like;
  }

  /** What is kept, or null. What cannot be read is as good as none. */
  read(): Kept<T> | null {
    try {
      const kept = entry.parse(JSON.parse(this.#storage.getItem(this.#key) ?? 'null'));
      return sameForm(kept.value, this.#like) ? { ...kept, value: kept.value as T } : null;
    } catch {
      return null;
    }
  }

  /** A browser that keeps nothing, or is full, keeps no draft: the form goes on without. */
  keep(value: T, revision: number | null, now: number, asideOf?: string | null): void {
    try {
      const text = JSON.stringify({ at: now, revision, asideOf, value });
      this.#storage.setItem(this.#key, text);
      this.#own = text;
    } catch {
      // As before.
    }
  }

  /** What is there is this one's to drop: its person has decided about it. */
  claim(): void {
    try {
      this.#own = this.#storage.getItem(this.#key);
    } catch {
      // There is nothing to claim.
    }
  }

  /** Drops what this one has kept or claimed, and nothing that another window has put there since. */
  drop(): void {
    try {
      if (this.#own !== null && this.#storage.getItem(this.#key) === this.#own) this.#storage.removeItem(this.#key);
    } catch {
      // There is nothing to drop.
    }
    this.#own = null;
  }
}

function sameForm(value: unknown, like: object): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).sort().join() === Object.keys(like).sort().join();
}
