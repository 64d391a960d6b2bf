/** CSV as spreadsheets of Vietnamese offices write it: several encodings, several delimiters, quotes and all (RFC 4180). */
import { AppError } from '../../../../shared/util/errors.ts';

/** Codes: `csv_empty`, `csv_is_workbook`, `csv_unreadable`, `csv_encoding_unknown`, `csv_too_long`. The whole file is refused. */
export class CsvError extends AppError {}

export const encodings = ['utf-8', 'utf-16', 'windows-1258'] as const;
export type Encoding = (typeof encodings)[number];
export const delimiters = [',', ';', '\t'] as const;
export type Delimiter = (typeof delimiters)[number];

export interface CsvRow {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const MAX_ROWS = 20_000;

/** Letters that Vietnamese has, and what stands between them; what another old encoding leaves behind is not among them. */
const vietnamese =
  /^[\s\u0020-\u007e«»“”‘’–—…·°aăâbcdđeêghiklmnoôơpqrstuưvxyfjwzàằầèềìòồờùừỳảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹáắấéếíóốớúứýạặậẹệịọộợụựỵ]*$/iu;

/**
 * Decodes by byte order mark, then as UTF-8; what is not UTF-8 is Windows-1258, the Vietnamese code page of Windows, if it makes sense
 * as such. @throws CsvError
 */
export function decode(bytes: Uint8Array): { text: string; encoding: Encoding } {
  const [a = -1, b = -1, c = -1] = bytes;
  if ((a === 0x50 && b === 0x4b && c <= 8) || (a === 0xd0 && b === 0xcf && c === 0x11))
    throw new CsvError('csv_is_workbook', 'This is a workbook; save the sheet as CSV UTF-8');
  const wide = (a === 0xff && b === 0xfe) || (a > 0 && b === 0) ? 'utf-16le' : null;
  const big = (a === 0xfe && b === 0xff) || (a === 0 && b > 0) ? 'utf-16be' : null;
  if (wide ?? big) return { text: plain(new TextDecoder((wide ?? big)!).decode(bytes)), encoding: 'utf-16' };
  try {
    return { text: plain(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), encoding: 'utf-8' };
  } catch (error) {
    if (error instanceof CsvError) throw error;
  }
  // Its marks stand beside their letters; only together do they make the letters of the alphabet.
  const text = plain(new TextDecoder('windows-1258').decode(bytes).normalize('NFC'));
  if (!text.split(/\r?\n|\r/).every((line) => vietnamese.test(line)))
    throw new CsvError('csv_encoding_unknown', 'The encoding is neither UTF-8 nor Windows-1258; save it as CSV UTF-8');
  return { text, encoding: 'windows-1258' };
}

function plain(text: string): string {
  const at = text.search(/[\u0000-\u0008\u000e-\u001f]/);
  if (at === -1) return text;
  throw unreadable(text.slice(0, at).split('\n').length);
}

const unreadable = (line: number): CsvError =>
  new CsvError('csv_unreadable', `This is not CSV, from line ${line} on`, { params: { line } });

/**
 * The first line's columns say which delimiter it is; Excel's `sep=;` above them is passed over. Blank lines are no rows. Rows are
 * read as they are asked for, so that other work can have its turn between them.
 */
export function parse(text: string): { rows: Iterable<CsvRow, void>; delimiter: Delimiter } {
  const sep = /^sep=(.)\r?\n/i.exec(text);
  const start = sep?.[0].length ?? 0;
  const end = text.slice(start).search(/[\r\n]/);
  const head = (end === -1 ? text.slice(start) : text.slice(start, start + end)).replaceAll(/"[^"]*"/g, '');
  const counted = delimiters.map((one) => ({ one, n: head.split(one).length }));
  const delimiter = counted.reduce((best, next) => (next.n > best.n ? next : best)).one;
  return { rows: rowsOf(text, start, delimiter), delimiter };
}

/** @throws CsvError `csv_unreadable`, `csv_too_long` */
function* rowsOf(text: string, start: number, delimiter: Delimiter): Generator<CsvRow, void> {
  let count = 0;
  let line = start > 0 ? 2 : 1;
  let begun = line;
  let cells: string[] = [];
  for (let i = start; i < text.length;) {
    let cell = '';
    if (text[i] === '"') {
      for (i++; ; i++) {
        const close = text.indexOf('"', i);
        if (close === -1) throw unreadable(begun);
        cell += text.slice(i, close);
        i = close + 1;
        if (text[i] !== '"') break;
        cell += '"';
      }
      line += cell.split('\n').length - 1;
    }
    // Of a cell in quotes nothing is left; what still stands there is kept as it is.
    let stop = i;
    while (stop < text.length && text[stop] !== delimiter && text[stop] !== '\n' && text[stop] !== '\r') stop++;
    cells.push(cell + text.slice(i, stop));
    i = stop + 1;
    if (text[stop] === delimiter) {
      if (i < text.length) continue;
      cells.push('');
    } else if (text[stop] === '\r' && text[i] === '\n') i++;
    line++;
    if (cells.some((one) => one.trim() !== '')) {
      // One more than rows: the names of the columns.
      if (count++ > MAX_ROWS)
        throw new CsvError('csv_too_long', `More than ${MAX_ROWS} rows`, { params: { max: MAX_ROWS } });
      yield { line: begun, cells };
    }
    cells = [];
    begun = line;
  }
}
