/** What is done to several items of a playlist at once. Pure: each gives a new order and leaves the old one as it is. */
import type { PlaylistInput, PlaylistRow } from '../../../../../shared/protocol/api/content.ts';
import { m } from '../../paraglide/messages.js';

export type Item = PlaylistInput['items'][number];
type Chosen = ReadonlySet<string>;

const isChosen =
  (chosen: Chosen) =>
  ({ itemId }: Item): boolean =>
    chosen.has(itemId);

/** Each chosen item goes one place up or down; those at the edge stay, and their order among themselves too. */
export function moveBy(items: readonly Item[], chosen: Chosen, by: -1 | 1): Item[] {
  const moved = [...items];
  const places = [...moved.keys()];
  for (const at of by === 1 ? places.reverse() : places) {
    const [item, other] = [moved[at], moved[at + by]];
    if (!item || !other || !chosen.has(item.itemId) || chosen.has(other.itemId)) continue;
    [moved[at], moved[at + by]] = [other, item];
  }
  return moved;
}

/** The chosen items, in their order, to the beginning or the end. */
export function moveToEdge(items: readonly Item[], chosen: Chosen, edge: 'first' | 'last'): Item[] {
  const those = items.filter(isChosen(chosen));
  const others = items.filter((item) => !chosen.has(item.itemId));
  return edge === 'first' ? [...those, ...others] : [...others, ...those];
}

/** The chosen items once more, together, behind the last of them. */
export function copied(items: readonly Item[], chosen: Chosen, newId: () => string): Item[] {
  const last = items.findLastIndex(isChosen(chosen));
  const copies = items.filter(isChosen(chosen)).map((item) => ({ ...item, itemId: newId() }));
  return [...items.slice(0, last + 1), ...copies, ...items.slice(last + 1)];
}

export const without = (items: readonly Item[], chosen: Chosen): Item[] =>
  items.filter((item) => !chosen.has(item.itemId));

/** @param durationMs null: each notice's own length */
export const withDuration = (items: readonly Item[], chosen: Chosen, durationMs: number | null): Item[] =>
  items.map((item) => (chosen.has(item.itemId) ? { ...item, durationMs } : item));

/** How many items boards leave out, each reason in words. */
export function unshownWords({
  takenDown,
  unapproved,
  resting,
}: Pick<PlaylistRow, 'takenDown' | 'unapproved' | 'resting'>): string[] {
  return [
    unapproved > 0 ? m.playlist_unapproved({ n: unapproved }) : '',
    takenDown > 0 ? m.playlist_taken_down({ n: takenDown }) : '',
    resting > 0 ? m.playlist_resting({ n: resting }) : '',
  ].filter((words) => words !== '');
}

/** Longest name of a playlist. */
const longestName = 200;

/** «Buổi sáng (bản sao)»; of a name that would be too long the end is cut. */
export function copyName(name: string): string {
  const room = longestName - m.playlist_copy_name({ name: '' }).length;
  return m.playlist_copy_name({ name: name.slice(0, room).trimEnd() });
}
