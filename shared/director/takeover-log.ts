/** Says once when a takeover was first shown, and once when and why it ended. */
import type { JournalBody } from '../protocol/journal.ts';
import { standing, type Takeover } from '../protocol/takeover.ts';

export class TakeoverLog {
  readonly #shown: Set<string>;
  /** Takeovers that have not ended; null: known from an earlier run by its id alone. */
  readonly #running: Map<string, Takeover | null>;

  /** `shown` are those that an earlier run recorded as shown and not as ended. */
  constructor(shown: readonly string[]) {
    this.#shown = new Set(shown);
    this.#running = new Map(shown.map((id) => [id, null]));
  }

  painted(takeoverId: string): JournalBody[] {
    if (this.#shown.has(takeoverId)) return [];
    this.#shown.add(takeoverId);
    return [{ type: 'takeoverShown', takeoverId }];
  }

  /**
   * The standing set has changed. One that is gone before it expired was superseded if an update in the new set replaces it,
   * itself or through updates that this board never saw; else it had its all clear.
   */
  changed(takeovers: readonly Takeover[], now: number): JournalBody[] {
    const present = new Map(standing(takeovers).map((t) => [t.takeoverId, t]));
    const unseen = [...present.values()].some(
      (t) => t.supersedes !== null && !this.#running.has(t.takeoverId) && !this.#running.has(t.supersedes),
    );
    const superseded = new Set([...present.values()].map((t) => t.supersedes));
    const records = this.expired(now);
    for (const id of [...this.#running.keys()]) {
      if (present.has(id)) continue;
      records.push(this.#end(id, superseded.has(id) || unseen ? 'superseded' : 'allClear'));
    }
    for (const [id, t] of present) if (t.expiresAt > now || this.#running.has(id)) this.#running.set(id, t);
    return [...records, ...this.expired(now)];
  }

  expired(now: number): JournalBody[] {
    return [...this.#running].flatMap(([id, t]) =>
      t !== null && t.expiresAt <= now ? [this.#end(id, 'expired')] : [],
    );
  }

  #end(takeoverId: string, reason: 'allClear' | 'superseded' | 'expired'): JournalBody {
    this.#running.delete(takeoverId);
    return { type: 'takeoverEnded', takeoverId, reason };
  }
}
