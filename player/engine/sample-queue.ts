/** Pictures that wait to be brought to the CMS, on the disk: a few, so that weeks without it cost neither room nor, later, a line. */
import { z } from 'zod';
import { sampleAbout, type SampleAbout } from '../../shared/protocol/samples.ts';
import type { Store } from './store.ts';

/** Kept at most. */
export const samplesQueued = 48;

export interface QueuedSample {
  readonly id: string;
  readonly about: SampleAbout;
  /** null: there is none, `about` says why. */
  readonly picture: Uint8Array | null;
}

const row = z.object({ id: z.string(), about: z.string(), picture: z.instanceof(Uint8Array).nullable() });

export class SampleQueue {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws the disk's error */
  add({ id, about, picture }: QueuedSample): void {
    const { db } = this.#store;
    this.#store.transaction(() => {
      db.prepare('INSERT INTO samples VALUES (?, ?, ?, ?)').run(id, about.at, JSON.stringify(about), picture);
      const rows = db.prepare('SELECT id, at FROM samples ORDER BY at, id').all() as { id: string; at: number }[];
      while (rows.length > samplesQueued)
        for (const { id } of rows.splice(thinnest(rows.map(({ at }) => at)), 1)) this.remove(id);
    });
  }

  /** The newest; null: nothing waits. What cannot be read any more is let go. */
  next(): QueuedSample | null {
    for (;;) {
      const raw = this.#store.db
        .prepare('SELECT id, about, picture FROM samples ORDER BY at DESC, id DESC LIMIT 1')
        .get();
      if (!raw) return null;
      const { id, about, picture } = row.parse(raw);
      try {
        return { id, about: sampleAbout.parse(JSON.parse(about)), picture };
      } catch {
        this.remove(id);
      }
    }
  }

  remove(id: string): void {
    this.#store.db.prepare('DELETE FROM samples WHERE id = ?').run(id);
  }

  clear(): void {
    this.#store.db.exec('DELETE FROM samples');
  }
}

/**
 * Which of more than two ascending times to let go, so that those that stay are spread over the whole: the earliest of those that lie
 * closest to the one before and to the one after. Never the first or the last.
 */
export function thinnest(times: readonly number[]): number {
  let [best, least] = [1, Infinity];
  for (let index = 1; index < times.length - 1; index++) {
    const span = times[index + 1]! - times[index - 1]!;
    if (span < least) [best, least] = [index, span];
  }
  return best;
}
