/**
 * Tables on a page, known by where the text stands: lines one below another whose cells are in the same three or more columns. Two columns
 * are none: so stand the head and the foot of every official document. Pure.
 */
import { columnGap, runsIn, type Run, type TextPiece } from './document-runs.ts';

/** Between cells; lengths in heights of type, as all below. */
const cellGap = 0.6;
/** Columns nearer than this may be justified words of one cell. */
const narrowGap = 1.2;
const fewestColumns = 3;
/** Lines of a table are not farther from each other. */
const farthest = 4;
/** Lines of one cell are not farther from each other. */
const tight = 1.45;
/** Lines that are nearer than this stand side by side, in one row: no cell has its lines so near. */
const beside = 0.9;
/** Rows of a table whose cells are known by its header's gaps alone are not farther from each other. */
const nearRows = 2.2;
/** As rows of a DOCX are written. */
const mark = ' – ';
const emptyCell = '…';

interface Span {
  readonly from: number;
  readonly to: number;
}
/** The cells of one height, from the left. */
type Line = readonly Run[];

interface Table {
  readonly columns: readonly Span[];
  /** Its first line, and the one after its last. */
  readonly from: number;
  readonly end: number;
}

/** The runs of a page from the top; each row of a table is one. @param heights as heightsOf gives them */
export function runsWithTables(heights: readonly (readonly TextPiece[])[]): Run[] {
  const lines = heights.map((pieces) => runsIn(pieces, cellGap));
  const plain = (from: number, end: number): Run[] =>
    heights.slice(from, end).flatMap((pieces) => runsIn(pieces, columnGap));
  const runs: Run[] = [];
  let done = 0;
  for (let at = 0; at < lines.length; at++) {
    const table = tableAt(lines, at, done);
    const near = table === null ? nearRowsAt(heights, lines, at) : [];
    if (table) runs.push(...plain(done, table.from), ...rowsOf(lines.slice(table.from, table.end), table.columns));
    else if (near.length > 0) runs.push(...plain(done, at), ...near.map((cells) => rowOf(cells, lines[at]!)));
    else continue;
    done = table?.end ?? at + near.length;
    at = done - 1;
  }
  return [...runs, ...plain(done, lines.length)];
}

/** How far below another line a line stands, in heights of its type. */
const below = (upper: Line | undefined, line: Line | undefined): number =>
  upper && line ? (upper[0]!.y - line[0]!.y) / line[0]!.size : Infinity;
const hasWideGap = (line: Line): boolean =>
  line.some((cell, at) => at > 0 && cell.from - line[at - 1]!.to >= columnGap * cell.size);
const overlap = (a: Span, b: Span): number => Math.min(a.to, b.to) - Math.max(a.from, b.from);
const crosses = (line: Line, columns: readonly Span[]): boolean =>
  line.some((cell) => columns.filter((column) => overlap(cell, column) > 0).length > 1);

/** What spans cover together. */
function covered(spans: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last && from <= last.to) found[found.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else found.push({ from, to });
  }
  return found;
}

/** The table whose first line with cells in all its columns is at `first`. @param after lines before this one are of no new table */
function tableAt(lines: readonly Line[], first: number, after: number): Table | null {
  if (lines[first]!.length < fewestColumns || !hasWideGap(lines[first]!)) return null;
  let columns: readonly Span[] = covered(lines[first]!);
  let joined = columns;
  let last = first;
  let pitch = 0;
  for (let at = first + 1; below(lines[at - 1], lines[at]) <= farthest; at++) {
    const line = lines[at]!;
    const isRow = line.length >= fewestColumns;
    if (crosses(line, columns) && !(isRow && hasWideGap(line)) && !goesOn(lines[at - 1]!, line, columns)) break;
    // Justified words of a cell looked like cells of their own where no other line showed that they are not.
    joined = covered([...joined, ...line]);
    if (joined.length < fewestColumns) break;
    if (!isRow) continue;
    columns = joined;
    for (; last < at; last++) pitch = Math.max(pitch, below(lines[last], lines[last + 1]));
  }
  if (last === first) return null;
  let from = first;
  // Where cells are centred in their row's height, a longer one begins above it.
  while (from > after && below(lines[from - 1], lines[from]) <= tight && isAbove(lines[from - 1]!, columns)) from--;
  let end = last + 1;
  for (; end < lines.length && !crosses(lines[end]!, columns); end++)
    if (below(lines[end - 1], lines[end]) > (lines[end]!.length > 1 ? pitch * 1.1 : tight)) break;
  return { columns, from, end };
}

/**
 * The rows of a small table whose cells stand no farther apart than words do: they are known by the gaps of its header, which stands in
 * the middle of wider columns. Empty where there is none.
 */
function nearRowsAt(heights: readonly (readonly TextPiece[])[], lines: readonly Line[], first: number): Line[] {
  const header = lines[first]!;
  const gaps = header.slice(1).map((cell, at) => ({ from: header[at]!.to, to: cell.from }));
  const isHeader = header.length >= fewestColumns && hasWideGap(header);
  if (!isHeader || gaps.some(({ from, to }) => to - from < narrowGap * header[0]!.size)) return [];
  const rows: Line[] = [header];
  for (let at = first + 1; below(lines[at - 1], lines[at]) <= nearRows; at++) {
    const cells = partedBy(heights[at]!, gaps);
    if (cells === null) break;
    rows.push(cells);
  }
  return rows.length > 2 ? rows : [];
}

/** The words of a line, parted where its only space in each of the gaps is; null where that is not so. */
function partedBy(pieces: readonly TextPiece[], gaps: readonly Span[]): Line | null {
  const words = pieces.flatMap(wordsIn);
  const parts = gaps.map((gap) => {
    const found = words
      .slice(1)
      .flatMap((word, at) => (overlap({ from: words[at]!.to, to: word.from }, gap) > 0 ? at + 1 : []));
    return found.length === 1 ? found[0]! : null;
  });
  const edges = [0, ...parts, words.length];
  if (edges.some((edge, at) => edge === null || (at > 0 && edge <= edges[at - 1]!))) return null;
  return parts.concat(words.length).map((end, at) => {
    const cell = words.slice(edges[at]!, end!);
    return { ...cell[0]!, text: cell.map(({ text }) => text).join(' '), to: cell.at(-1)!.to };
  });
}

/** Where each word of a piece stands, were all its letters of one width. */
function wordsIn({ text, x, y, width, size }: TextPiece): Run[] {
  const letter = width / text.length;
  return [...text.matchAll(/\S+/gu)].map(({ 0: word, index }) => ({
    text: word,
    ...{ from: x + index * letter, to: x + (index + word.length) * letter },
    ...{ y, size, fonts: new Map<string, number>() },
  }));
}

/** It belongs to cells of the line above it, and is no paragraph after the table: those begin at the left. */
const goesOn = (above: Line, line: Line, [leftmost]: readonly Span[]): boolean =>
  below(above, line) <= tight && line[0]!.from > leftmost!.to;
const isAbove = (line: Line, columns: readonly Span[]): boolean =>
  !crosses(line, columns) && line.every((cell) => overlap(cell, columns[0]!) < 0 && cell.from > columns[0]!.to);

function rowsOf(lines: readonly Line[], columns: readonly Span[]): Run[] {
  const [header = []] = together(lines, columns);
  const named = namedBy(header, columns);
  return together(lines, named).map((cells) => rowOf(cells, named));
}

/** Columns with those that the header does not name, and that stand close to another, as part of it: justified words of one cell. */
function namedBy(header: readonly Run[], columns: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const column of columns) {
    const last = found.at(-1);
    const isNamed = header.some((cell) => overlap(cell, column) > 0);
    if (last && !isNamed && column.from - last.to < narrowGap * header[0]!.size)
      found[found.length - 1] = { from: last.from, to: column.to };
    else found.push(column);
  }
  return found;
}

/** The cells of each row: lines that stand side by side, and those of cells with several. */
function together(lines: readonly Line[], columns: readonly Span[]): Run[][] {
  const rows: Run[][] = [];
  let hasWhole = false;
  for (const [at, line] of lines.entries()) {
    const [up, down] = [below(lines[at - 1], line), below(line, lines[at + 1])];
    const isWhole = new Set(line.map((cell) => columnOf(cell, columns))).size > columns.length / 2;
    const continues = up <= tight && (isWhole ? !hasWhole : up <= down * 1.1);
    if (rows.length > 0 && (up < beside || continues)) rows.at(-1)!.push(...line);
    else {
      rows.push([...line]);
      hasWhole = false;
    }
    hasWhole ||= isWhole;
  }
  return rows;
}

/** Index of the column in which a cell stands, or that is nearest. */
function columnOf(cell: Span, columns: readonly Span[]): number {
  const distances = columns.map((column) => -overlap(cell, column));
  return distances.indexOf(Math.min(...distances));
}

function rowOf(cells: readonly Run[], columns: readonly Span[]): Run {
  const texts = columns.map(() => '');
  for (const cell of cells) {
    const column = columnOf(cell, columns);
    texts[column] = `${texts[column]} ${cell.text}`.trim();
  }
  const said = texts.filter((text) => text !== '');
  return {
    text: said.length === 1 ? said[0]! : texts.map((text) => text || emptyCell).join(mark),
    from: Math.min(...cells.map(({ from }) => from)),
    to: Math.max(...cells.map(({ to }) => to)),
    y: Math.min(...cells.map(({ y }) => y)),
    size: cells[0]!.size,
    fonts: new Map(),
    row: true,
  };
}
