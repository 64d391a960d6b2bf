/** Choosing several things of a list, as file managers do it: one by one, and from the last one chosen up to another. Pure. */

/**
 * @param order ids as they are shown
 * @param anchor the one chosen last, from which a range begins; null for none
 * @returns what is chosen then
 */
export function chooseUpTo(
  order: readonly string[],
  chosen: ReadonlySet<string>,
  anchor: string | null,
  id: string,
): Set<string> {
  const from = anchor === null ? -1 : order.indexOf(anchor);
  const to = order.indexOf(id);
  if (to === -1) return new Set(chosen);
  const [first, last] = from === -1 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
  return new Set([...chosen, ...order.slice(first, last + 1)]);
}

/** What stays chosen when something has been done to the given ones: also what is chosen and not shown just now. */
export const unchoose = (chosen: ReadonlySet<string>, done: readonly { id: string }[]): Set<string> =>
  new Set([...chosen].filter((id) => !done.some((item) => item.id === id)));

/** Where an arrow leads in a grid of `columns`, or null where it leads out of it. */
export function neighbour(key: string, index: number, count: number, columns: number): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - columns,
    ArrowDown: index + columns,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  if (to === undefined || to < 0) return null;
  // Down from the last but one row, where the last is shorter.
  if (to >= count)
    return key === 'ArrowDown' && Math.floor(index / columns) < Math.floor((count - 1) / columns) ? count - 1 : null;
  return to;
}
