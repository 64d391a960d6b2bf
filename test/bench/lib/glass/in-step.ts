/** How far apart two displays show the same. */
import type { Change } from './watcher.ts';

interface Arrival {
  readonly item: number;
  readonly at: number;
}

/** When items came to a display: not the frames of one, nor the same once more. */
function arrivals(changes: readonly Change[], display: number): Arrival[] {
  const came: Arrival[] = [];
  let last: number | null = null;
  for (const change of changes) {
    if (change.display !== display || change.what.kind !== 'mark' || change.what.item === last) continue;
    // What was there when it was first looked at had come before.
    if (last !== null) came.push({ item: change.what.item, at: change.at });
    last = change.what.item;
  }
  return came;
}

/**
 * For each item that came to the first display, ms until or since it came to the second.
 * @param withinMs half the time after which an item comes again: there is nothing nearer. What is not found counts as this.
 */
export function differences(changes: readonly Change[], withinMs: number): number[] {
  const [one, other] = [arrivals(changes, 0), arrivals(changes, 1)];
  const [from, to] = [other[0]?.at ?? Infinity, other.at(-1)?.at ?? -Infinity];
  return one
    .filter(({ at }) => at >= from + withinMs && at <= to - withinMs)
    .map(({ item, at }) => Math.min(withinMs, ...other.filter((o) => o.item === item).map((o) => Math.abs(o.at - at))));
}

/** @throws RangeError for an empty list */
export function quantile(values: readonly number[], part: number): number {
  const value = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * part) - 1)];
  if (value === undefined) throw new RangeError('No values.');
  return value;
}
