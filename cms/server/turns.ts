/**
 * Long work that gives way. The event loop that publishes to a province is the one that carries takeovers: whoever works through
 * many things stops every few milliseconds and lets other work have its turn.
 */
import { setImmediate } from 'node:timers/promises';

/** Work in one go, ms. */
export const turnMs = 10;

/** @param clock ms, rising */
export function takeTurns(clock: () => number = () => performance.now()): () => Promise<void> {
  let since = clock();
  /** To be awaited after each small piece of work: goes on at once, or after everybody else's turn. */
  return async () => {
    if (clock() - since < turnMs) return;
    await setImmediate();
    since = clock();
  };
}

/** Does something for each, and lets other work have its turn in between. */
export async function inTurns<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  const turn = takeTurns();
  for (const item of items) {
    work(item);
    await turn();
  }
}

/** A list in pieces, each of the most items whose sizes together stay within `most`, or of one. */
export function piecesOf<T>(items: readonly T[], most: number, sizeOf: (item: T) => number = () => 1): T[][] {
  const pieces: T[][] = [];
  let size = Infinity;
  for (const item of items) {
    const own = sizeOf(item);
    if (size + own > most) {
      pieces.push([]);
      size = 0;
    }
    pieces.at(-1)!.push(item);
    size += own;
  }
  return pieces;
}
