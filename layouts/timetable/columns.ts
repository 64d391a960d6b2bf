/** How wide the columns of a table are, and which rows stand on one page. */

/**
 * A share of the width for each column: by its longest word, so that none is broken, and by how much stands in it.
 * @param mostWords how many times as wide as its longest word a column may become
 */
export function columnShares(rows: readonly (readonly string[])[], mostWords: number): number[] {
  const columns = rows[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) => {
    const cells = rows.map((row) => row[column] ?? '');
    const word = Math.max(1, ...cells.flatMap((cell) => cell.split(/[ \n]/u).map((each) => each.length)));
    const average = cells.reduce((sum, cell) => sum + cell.length, 0) / Math.max(1, cells.length);
    return Math.max(word, Math.min(average, word * mostWords)) + 2;
  });
}

/** Indices of rows, page by page, from the height of each and of a page; a row that is higher than a page has one to itself. */
export function pageRows(heights: readonly number[], height: number): number[][] {
  const pages: number[][] = [];
  let used = 0;
  for (const [index, each] of heights.entries()) {
    const last = pages.at(-1);
    if (last === undefined || used + each > height) {
      pages.push([index]);
      used = each;
    } else {
      last.push(index);
      used += each;
    }
  }
  return evened(pages, heights, height);
}

/** The same number of pages, as even as they can be: nobody waits for a page of one row. */
function evened(pages: number[][], heights: readonly number[], height: number): number[][] {
  const count = pages.length;
  if (count < 2) return pages;
  const begin = (page: number) => Math.ceil((heights.length * page) / count);
  const even = Array.from({ length: count }, (_, page) =>
    heights.map((_, index) => index).slice(begin(page), begin(page + 1)),
  );
  const fits = even.every((page) => page.reduce((sum, index) => sum + (heights[index] ?? 0), 0) <= height);
  return fits ? even : pages;
}
