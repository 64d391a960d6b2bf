/**
 * Long text is never shrunk below what can be read and never cut: it is divided into pages at its own line
 * breaks. Which page is on is a function of how far into the slot we are.
 */

/** Top and bottom of a line of laid-out text, px from the top of the flow. */
export interface Line {
  readonly top: number;
  readonly bottom: number;
}

/**
 * Divides lines into the fewest pages that are at most `height` px high, and among those into pages as even as
 * possible, so that the last page does not hold one lonely line. A line higher than a page gets a page of its own.
 */
export function paginate(lines: readonly Line[], height: number): Line[] {
  const fewest = fill(lines, height);
  let low = Math.max(1, ...lines.map((line) => line.bottom - line.top));
  let high = Math.max(low, Math.floor(height));
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fill(lines, middle).length <= fewest.length) high = middle;
    else low = middle + 1;
  }
  return fill(lines, high);
}

/** Fills page after page from the top. */
function fill(lines: readonly Line[], height: number): Line[] {
  const pages: { top: number; bottom: number }[] = [];
  for (const line of lines) {
    const page = pages.at(-1);
    if (page !== undefined && line.bottom - page.top <= height) page.bottom = line.bottom;
    else pages.push({ ...line });
  }
  return pages;
}

/** The page that is on `elapsedMs` into a slot of `durationMs`; every page has the same share of the slot. */
export function pageAt(elapsedMs: number, durationMs: number, count: number): number {
  if (count <= 1 || durationMs <= 0) return 0;
  const page = Math.floor((elapsedMs * count) / durationMs);
  return Math.min(count - 1, Math.max(0, page));
}
