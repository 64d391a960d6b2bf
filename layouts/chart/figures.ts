/** From the cells of a table to the figures of a chart, or to what is wrong with them. */
import { parseNumber, writingOf } from '../parts/number.ts';

export interface Figures {
  /** Names of the columns of figures; '' where the table names none. */
  readonly series: readonly string[];
  readonly rows: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

export interface Fault {
  readonly reason:
    | 'table_too_small'
    | 'not_a_number'
    | 'number_unclear'
    | 'number_too_large'
    | 'name_missing'
    | 'name_too_long'
    | 'no_numbers'
    | 'shares_one_column'
    | 'share_negative';
  readonly message: string;
  /** From 0; absent when it is about the whole table. */
  readonly row?: number;
  readonly column?: number;
  readonly text?: string;
  /** Most letters of a name. */
  readonly max?: number;
}

type Cells = readonly (readonly string[])[];

/** Letters in the name of a row; of a column, which the legend holds, or of a point on a line there is room for fewer. */
export const mostLetters = { row: 60, column: 30 };
/** More digits than this are no longer exact. */
const LARGEST = 1e15;

/** An empty cell, or a dash in it: there is no figure. */
const isEmpty = (cell: string): boolean => /^[-–—.…]*$/u.test(cell.trim());
const isWord = (cell: string): boolean => !isEmpty(cell) && parseNumber(cell) === null;

/**
 * The first row names the columns when its cells are words, or one of them is a word above a figure. Years that follow each other are
 * names, too, every fifth as well as every one: «2015», «2020», «2025»; one alone may as well be a figure.
 */
export function hasHeader(cells: Cells): boolean {
  const [first = [], ...rest] = cells;
  const names = first.slice(1);
  if (rest.length === 0 || names.every(isEmpty)) return false;
  if (names.every((cell) => isEmpty(cell) || isWord(cell))) return true;
  const aboveFigures = (index: number) => rest.some((row) => parseNumber(row[index + 1] ?? '') !== null);
  if (names.some((cell, index) => isWord(cell) && aboveFigures(index))) return true;
  const years = names.map((cell) => (/^(?:19|20)\d\d$/u.test(cell) ? Number(cell) : Number.NaN));
  return years.length > 1 && years.every((year, index) => year > (years[index - 1] ?? 0));
}

/** What is wrong with a table that is to become a chart, cell by cell. */
export function faultsOf(cells: Cells, kind: string): Fault[] {
  const header = hasHeader(cells);
  const rows = header ? cells.slice(1) : cells;
  const width = cells[0]?.length ?? 0;
  if (rows.length === 0 || width < 2)
    return [{ reason: 'table_too_small', message: 'A chart needs a column of names and a column of numbers' }];
  if (kind === 'shares' && width > 2)
    return [{ reason: 'shares_one_column', message: 'Parts of a whole come from one column of numbers' }];
  const unclear = Array.from({ length: width }, (_, column) => unclearIn(rows.map((row) => row[column] ?? '')));
  const faults = [
    ...(header ? (cells[0] ?? []).flatMap((name, column) => tooLong(name, mostLetters.column, 0, column)) : []),
    ...rows.flatMap((row, index) => faultsOfRow(row, header ? index + 1 : index, kind, unclear)),
  ];
  const isNumber = (cell: string) => parseNumber(cell) !== null;
  if (faults.length === 0 && !rows.some((row) => row.slice(1).some(isNumber)))
    return [{ reason: 'no_numbers', message: 'There is no number in the table' }];
  return faults;
}

/**
 * Says of a column's cells which of them may be thousands or decimals. A point groups, as offices write it, unless another cell has
 * a decimal point («98.5», «1,250,000»). A comma before three digits is how most spreadsheets group, and no office does: it is a
 * decimal sign only beside cells that have one for certain. A wrong bar on a public board is worse than a question.
 */
function unclearIn(column: readonly string[]): (cell: string) => boolean {
  const writings = new Set(column.map(writingOf));
  return (cell) =>
    writingOf(cell) === 'either' && (writings.has('point') || (cell.includes(',') && !writings.has('comma')));
}

function tooLong(name: string, max: number, row: number, column: number): Fault[] {
  if (name.length <= max) return [];
  const message = `Row ${row + 1}, column ${column + 1} has more than ${max} letters`;
  return [{ reason: 'name_too_long', message, row, column, max }];
}

function faultsOfRow(
  [name = '', ...cells]: readonly string[],
  row: number,
  kind: string,
  unclear: readonly ((cell: string) => boolean)[],
): Fault[] {
  const faults = tooLong(name, kind === 'lines' ? mostLetters.column : mostLetters.row, row, 0);
  if (name === '') faults.push({ reason: 'name_missing', message: `Row ${row + 1} has no name`, row, column: 0 });
  for (const [index, text] of cells.entries()) {
    if (isEmpty(text)) continue;
    const number = parseNumber(text);
    const place = { row, column: index + 1, text };
    const where = `Row ${row + 1}, column ${index + 2}`;
    if (number === null)
      faults.push({ reason: 'not_a_number', message: `${where} is not a number: «${text}»`, ...place });
    else if (unclear[index + 1]?.(text))
      faults.push({ reason: 'number_unclear', message: `${where} may be thousands or decimals: «${text}»`, ...place });
    else if (Math.abs(number) > LARGEST)
      faults.push({ reason: 'number_too_large', message: `${where} is too large: «${text}»`, ...place });
    else if (kind === 'shares' && number < 0)
      faults.push({ reason: 'share_negative', message: `${where} is less than nothing: «${text}»`, ...place });
  }
  return faults;
}

/** The figures of a table without faults. */
export function figuresOf(cells: Cells): Figures {
  const header = hasHeader(cells);
  const columns = (cells[0]?.length ?? 1) - 1;
  const names = header ? (cells[0] ?? []).slice(1) : [];
  return {
    series: Array.from({ length: columns }, (_, index) => names[index] ?? ''),
    rows: (header ? cells.slice(1) : cells).map(([name = '', ...values]) => ({
      name,
      values: values.map((cell) => (isEmpty(cell) ? null : parseNumber(cell))),
    })),
  };
}

/** More decimals than this are no measure but what a spreadsheet makes of a division. */
const MOST_DECIMALS = 4;

/**
 * Decimals that the figures were written with. Where these are more than four, two are shown, or as many as the least figure needs
 * to show two digits of itself, six at most.
 */
export function decimalsOf({ rows }: Figures): number {
  const values = rows.flatMap((row) => row.values).filter((value) => value !== null);
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals += 1)
    if (values.every((value) => Number(value.toFixed(decimals)) === value)) return decimals;
  const least = Math.min(...values.filter((value) => value !== 0).map(Math.abs));
  return Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(least))));
}

/** Whole hundredths of the first column's sum that add up to 100; null where the sum is nothing. */
export function percentsOf({ rows }: Figures): (number | null)[] {
  const values = rows.map((row) => row.values[0] ?? 0);
  const sum = values.reduce((total, value) => total + value, 0);
  if (sum <= 0) return values.map(() => null);
  const exact = values.map((value) => (value / sum) * 100);
  const percents = exact.map(Math.floor);
  // Those that lose most by rounding down are rounded up.
  const rest = 100 - percents.reduce((total, value) => total + value, 0);
  const order = exact
    .map((value, index) => ({ index, lost: value - Math.floor(value) }))
    .sort((a, b) => b.lost - a.lost);
  for (const { index } of order.slice(0, rest)) percents[index] = (percents[index] ?? 0) + 1;
  return percents;
}

/** Lowest and highest value of a scale that holds all figures; it begins at nothing, so that lengths are true. */
export function scaleOf(values: readonly (number | null)[]): { low: number; high: number } {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  return low === high ? { low: 0, high: 1 } : { low, high };
}

/** At most five round values across the scale of a line, lowest first; the scale need not begin at nothing. */
export function ticksOf(values: readonly (number | null)[]): number[] {
  const known = values.filter((value) => value !== null);
  let [low, high] = [Math.min(...known), Math.max(...known)];
  if (known.length === 0) [low, high] = [0, 1];
  // A scale that all but begins at nothing begins there.
  if (low > 0 && low < high * 0.5) low = 0;
  if (low === high) [low, high] = low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high)];
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
