/** How the rows of a table stand on the glass: as columns side by side, as bars below each other, a line, or a figure a page. */
import type { Shape } from '../parts/shape.ts';

export type Form = 'columns' | 'bars' | 'lines' | 'single';

/** Columns that stand side by side at most: more are bars. */
const MOST_COLUMNS = 16;

/** @param kind the person's wish; coarse glass and many rows have a form of their own */
export function formOf(kind: string, rows: number, series: number, shape: Shape): Form {
  if (kind === 'lines' && rows > 1) return 'lines';
  if (shape.scale === 'tiny') return 'single';
  if (kind === 'columns' && shape.scale === 'full' && !shape.tall && rows * series <= MOST_COLUMNS) return 'columns';
  return 'bars';
}

/** Bars in readable type that fit below each other, by kind of glass. */
const BARS = { full: { wide: 10, tall: 26 }, led: { wide: 6, tall: 12 }, tiny: { wide: 1, tall: 1 } };

/** Rows on one page at most; fewer when their names turn out to be long. */
export function rowsPerPage(form: Form, series: number, shape: Shape): number {
  if (form === 'columns' || form === 'lines') return Number.POSITIVE_INFINITY;
  const bars = BARS[shape.scale][shape.tall ? 'tall' : 'wide'];
  return Math.max(1, Math.floor(bars / series));
}

/** Indices of rows, page by page: pages are as even as can be. */
export function pagesOf(rows: number, perPage: number): number[][] {
  const count = Math.max(1, Math.ceil(rows / perPage));
  const indices = Array.from({ length: rows }, (_, index) => index);
  const begin = (page: number) => Math.ceil((rows * page) / count);
  return Array.from({ length: count }, (_, page) => indices.slice(begin(page), begin(page + 1)));
}

/** Heights as near to the wanted ones as can be, in order, at least `gap` apart and within 0 to 1. */
export function spread(wanted: readonly number[], gap: number): number[] {
  const order = wanted.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at);
  const step = Math.min(gap, 1 / Math.max(1, wanted.length - 1));
  let least = 0;
  for (const each of order) least = (each.at = Math.max(each.at, least)) + step;
  let most = 1;
  for (const each of order.reverse()) most = (each.at = Math.min(each.at, most)) - step;
  const found = Array.from<number>({ length: wanted.length });
  for (const { at, index } of order) found[index] = at;
  return found;
}
