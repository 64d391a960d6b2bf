/** What stands on one height of a page, from the pieces that a PDF draws. Pure. */

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

/** Pieces that stand together. */
export interface Run {
  text: string;
  readonly from: number;
  to: number;
  readonly y: number;
  readonly size: number;
  /** Letters by font. */
  readonly fonts: Map<string, number>;
  /** It is a row of a table, its cells one after another. */
  readonly row?: true;
}

/** Pieces whose feet are nearer than this stand on one line, in heights of type. */
const sameLine = 0.4;
const wordGap = 0.18;
/** A gap wider than this parts two columns; narrower ones are spaces between justified words. In heights of type. */
export const columnGap = 2.2;

/** The pieces of a page by the height on which they stand, from the top; each from the left. */
export function heightsOf(pieces: readonly TextPiece[]): TextPiece[][] {
  const heights = new Map<number, TextPiece[]>();
  for (const piece of pieces) {
    if (piece.text.trim() === '') continue;
    const y = [...heights.keys()].find((key) => Math.abs(key - piece.y) < sameLine * piece.size) ?? piece.y;
    heights.set(y, [...(heights.get(y) ?? []), piece]);
  }
  return [...heights].sort(([a], [b]) => b - a).map(([, line]) => line.sort((a, b) => a.x - b.x));
}

/**
 * @param line pieces of one height, from the left
 * @param widest a gap that is wider parts two runs, in heights of type
 */
export function runsIn(line: readonly TextPiece[], widest: number): Run[] {
  const runs: Run[] = [];
  for (const { text, x, y, width, size, font } of line) {
    const run = runs.at(-1);
    const gap = run ? x - run.to : Infinity;
    if (run && gap < widest * size) {
      const apart = gap > wordGap * size && !/\s$/u.test(run.text) && !/^\s/u.test(text);
      run.text += (apart ? ' ' : '') + text;
      run.to = Math.max(run.to, x + width);
      run.fonts.set(font, (run.fonts.get(font) ?? 0) + text.length);
    } else runs.push({ text, from: x, to: x + width, y, size, fonts: new Map([[font, text.length]]) });
  }
  return runs;
}
