/** How one to six figures stand together. */
import type { Shape } from '../parts/shape.ts';

/** Figures per line, for 1 to 6 figures. */
const WIDE = [[], [1], [2], [3], [2, 2], [3, 2], [3, 3]];
const TALL = [[], [1], [1, 1], [1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]];

/**
 * Pages of lines of figures, each figure by its index. Fine glass shows all at once, a coarse LED wall a line at a
 * time, a strip one figure at a time.
 */
export function arrange(count: number, shape: Shape): number[][][] {
  const perLine = (shape.tall ? TALL : WIDE)[count] ?? [count];
  let next = 0;
  const lines = perLine.map((length) => Array.from({ length }, () => next++));
  if (shape.scale === 'tiny') return lines.flat().map((index) => [[index]]);
  if (shape.scale === 'full') return [lines];
  if (!shape.tall) return lines.map((line) => [line]);
  const pages: number[][][] = [];
  for (const line of lines) {
    const page = pages.at(-1);
    if (page !== undefined && page.length < 2) page.push(line);
    else pages.push([line]);
  }
  return pages;
}
