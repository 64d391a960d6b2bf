/** Lines of text and where on the page they stand, from the pieces that a PDF draws. Pure. */

/** A piece of text as it is drawn; lengths in points, y upwards from the foot of the page. */
export interface TextPiece {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Height of the type. */
  readonly size: number;
  /** Which of the document's fonts; bold letters have one of their own. */
  readonly font: string;
}

export interface DocumentLine {
  readonly text: string;
  /** `left` and `right`: in that half alone, as the columns at the head and the foot of an official document; `center`: in the middle of the page. */
  readonly place: 'left' | 'right' | 'center' | 'full';
  /** Begins a paragraph. */
  readonly first: boolean;
  /** The font of most of its letters; missing where fonts are not known. */
  readonly font?: string;
}

interface Run {
  text: string;
  from: number;
  to: number;
  readonly y: number;
  readonly size: number;
  /** Letters by font. */
  readonly fonts: Map<string, number>;
}

/** Pieces whose feet are nearer than this stand on one line, in heights of type. */
const sameLine = 0.4;
/** A gap wider than this parts two columns; narrower ones are spaces between justified words. In heights of type. */
const columnGap = 2.2;
const wordGap = 0.18;
/** Of the width of the text: how far from the middle centred lines may be, and what counts as an indent or a short line. */
const slack = 0.04;

/** The lines of pages from the top, columns of one height from the left. Numbers of pages are left out. */
export function linesOf(pages: readonly (readonly TextPiece[])[]): DocumentLine[] {
  const runs = pages.map((pieces, at) => withoutPageNumber(runsOf(pieces), at));
  const all = runs.flat();
  if (all.length === 0) return [];
  const left = Math.min(...all.map(({ from }) => from));
  const right = Math.max(...all.map(({ to }) => to));
  return runs.flatMap((page) => page.map((run, at) => lineOf(run, page[at - 1], left, right)));
}

function runsOf(pieces: readonly TextPiece[]): Run[] {
  const runs: Run[] = [];
  const rows = new Map<number, TextPiece[]>();
  for (const piece of pieces) {
    if (piece.text.trim() === '') continue;
    const y = [...rows.keys()].find((key) => Math.abs(key - piece.y) < sameLine * piece.size) ?? piece.y;
    rows.set(y, [...(rows.get(y) ?? []), piece]);
  }
  for (const [y, row] of [...rows].sort(([a], [b]) => b - a)) {
    let run: Run | null = null;
    for (const { text, x, width, size, font } of row.sort((a, b) => a.x - b.x)) {
      const gap: number = run ? x - run.to : Infinity;
      if (run && gap < columnGap * size) {
        const apart = gap > wordGap * size && !/\s$/u.test(run.text) && !/^\s/u.test(text);
        run.text += (apart ? ' ' : '') + text;
        run.to = Math.max(run.to, x + width);
      } else runs.push((run = { text, from: x, to: x + width, y, size, fonts: new Map() }));
      run.fonts.set(font, (run.fonts.get(font) ?? 0) + text.length);
    }
  }
  return runs;
}

/** Official documents number every page but the first, in the middle of its head; others at the foot. */
function withoutPageNumber(runs: Run[], page: number): Run[] {
  const isNumber = (run: Run | undefined): boolean => page > 0 && /^[-–\s]*\d{1,3}[-–\s]*$/u.test(run?.text ?? '');
  return runs.filter((run, at) => !((at === 0 || at === runs.length - 1) && isNumber(run)));
}

function lineOf(run: Run, before: Run | undefined, left: number, right: number): DocumentLine {
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
    indented ||
    before.y - run.y > 1.9 * run.size ||
    // A line that ends early ends its paragraph.
    before.to < right - 2 * slack * width;
  const [font] = [...run.fonts].reduce((most, one) => (one[1] > most[1] ? one : most));
  return { text: run.text.normalize('NFC').replace(/\s+/gu, ' ').trim(), place, first, font };
}
