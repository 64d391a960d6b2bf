/** Lines of text and where on the page they stand, from the pieces that a PDF draws. Pure. */
import { heightsOf, type Run, type TextPiece } from './document-runs.ts';
import { runsWithTables } from './document-tables.ts';

export interface DocumentLine {
  readonly text: string;
  /** `left` and `right`: in that half alone, as the columns at the head and the foot of an official document; `center`: in the middle of the page. */
  readonly place: 'left' | 'right' | 'center' | 'full';
  /** Begins a paragraph. */
  readonly first: boolean;
  /** The font of most of its letters; missing where fonts are not known. */
  readonly font?: string;
  /** It is a row of a table, its cells one after another. */
  readonly row?: true;
}

/** Of the width of the text: how far from the middle centred lines may be, and what counts as an indent or a short line. */
const slack = 0.04;

/** The lines of pages from the top, columns of one height from the left. Numbers of pages are left out. */
export function linesOf(pages: readonly (readonly TextPiece[])[]): DocumentLine[] {
  const runs = withoutRepeatedHeaders(
    pages.map((pieces, at) => withoutPageNumber(runsWithTables(heightsOf(pieces)), at)),
  );
  const all = runs.flat();
  if (all.length === 0) return [];
  const left = Math.min(...all.map(({ from }) => from));
  const right = Math.max(...all.map(({ to }) => to));
  return runs.flatMap((page) => page.map((run, at) => lineOf(run, page[at - 1], left, right)));
}

/** Official documents number every page but the first, in the middle of its head; others at the foot. */
function withoutPageNumber(runs: Run[], page: number): Run[] {
  const isNumber = (run: Run | undefined): boolean => page > 0 && /^[-–\s]*\d{1,3}[-–\s]*$/u.test(run?.text ?? '');
  return runs.filter((run, at) => !((at === 0 || at === runs.length - 1) && isNumber(run)));
}

/** A table that goes on over pages may have its header on each: the first is enough. */
const withoutRepeatedHeaders = (pages: readonly Run[][]): Run[][] =>
  pages.map((runs, page) => {
    const before = pages[page - 1] ?? [];
    const goesOn = runs[0]?.row && before.at(-1)?.row;
    // Where the table begins on the page before: after its last line that is no row.
    const header = goesOn ? before[before.findLastIndex(({ row }) => !row) + 1] : undefined;
    return header?.text === runs[0]?.text ? runs.slice(1) : runs;
  });

function lineOf(run: Run, before: Run | undefined, left: number, right: number): DocumentLine {
  const text = run.text.normalize('NFC').replace(/\s+/gu, ' ').trim();
  if (run.row) return { text, place: 'full', first: true, row: true };
  const width = right - left;
  const [atLeft, atRight] = [run.from - left, right - run.to];
  const indented = atLeft > slack * width;
  const place =
    indented && atRight > slack * width && Math.abs(atLeft - atRight) < slack * width
      ? 'center'
      : atLeft > 0.36 * width && atLeft > atRight
        ? 'right'
        : atRight > 0.45 * width && atRight > atLeft
          ? 'left'
          : 'full';
  const first =
    before === undefined ||
    before.row === true ||
    indented ||
    before.y - run.y > 1.9 * run.size ||
    endsParagraph(before, run, right, slack * width);
  const [font] = [...run.fonts].reduce((most, one) => (one[1] > most[1] ? one : most));
  return { text, place, first, font };
}

/**
 * A line that ends early ends its paragraph: it is short and ends a sentence, or the next word would have had room on it. Lines that are
 * not justified are short before a long word too, as «30/11/2026».
 */
function endsParagraph(before: Run, run: Run, right: number, slackPt: number): boolean {
  if (before.to >= right - 2 * slackPt) return false;
  const [word = ''] = /^\S+\s?/u.exec(run.text) ?? [];
  const width = ((run.to - run.from) * word.length) / run.text.length;
  return /[.:;!?…]$/u.test(before.text.trim()) || before.to + width < right - slackPt / 2;
}
