/** Rows of a file of units: what each says, or why it says nothing that can be used. */
import { setImmediate } from 'node:timers/promises';
import type { RejectedRow } from '../../../../shared/protocol/api/unit-import.ts';
import { cleanLine } from '../../../../shared/util/text.ts';
import { CsvError, type CsvRow } from './csv.ts';
import { isUnitCode } from '../../../../shared/protocol/unit-rules.ts';

/** Rows between which other work has its turn. */
export const ROWS_PER_TURN = 200;

export interface UnitRow {
  readonly line: number;
  readonly text: string;
  readonly province: { readonly code: string; readonly name: string };
  readonly commune: { readonly code: string; readonly name: string };
}

/** Our own names of the columns, and those that lists of the statistics office and people themselves give them. */
const columns = {
  provinceCode: ['province code', 'ma tinh', 'ma tp', 'ma tinh tp', 'ma tinh thanh pho'],
  provinceName: ['province name', 'ten tinh', 'tinh', 'tinh tp', 'tinh thanh pho', 'ten tinh thanh pho'],
  code: ['code', 'ma', 'ma xa', 'ma px', 'ma phuong xa', 'ma xa phuong', 'ma don vi'],
  name: ['name', 'ten', 'ten xa', 'ten px', 'phuong xa', 'xa phuong', 'ten phuong xa', 'ten xa phuong', 'ten don vi'],
} as const;
type Column = keyof typeof columns;
const shown: Record<Column, string> = {
  provinceCode: '«mã tỉnh» (province_code)',
  provinceName: '«tên tỉnh» (province_name)',
  code: '«mã xã» (code)',
  name: '«tên xã» (name)',
};

const plainWords = (text: string): string =>
  cleanLine(text)
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();

/** Which column is which. @throws CsvError `csv_columns_missing` */
function readHeader({ cells }: CsvRow): Record<Column, number> {
  const words = cells.map(plainWords);
  const at = (column: Column) => words.findIndex((word) => (columns[column] as readonly string[]).includes(word));
  const found = {
    provinceCode: at('provinceCode'),
    provinceName: at('provinceName'),
    code: at('code'),
    name: at('name'),
  };
  const missing = (Object.keys(found) as Column[]).filter((column) => found[column] === -1);
  if (missing.length === 0) return found;
  const names = missing.map((column) => shown[column]).join(', ');
  throw new CsvError('csv_columns_missing', `The first line lacks the columns ${names}`, {
    params: { columns: names },
  });
}

const textOf = ({ cells }: CsvRow): string =>
  cells
    .map((cell) => cell.trim())
    .join(' · ')
    .slice(0, 200);

/** A spreadsheet makes numbers of codes: 00004 is 4 then. */
function padded(code: string, length: number): string {
  return /^\d+$/.test(code) ? code.padStart(length, '0') : code;
}

/** What stands where a letter was that the encoding did not have. */
const broken = /[\ufffd?]/;

export interface RowsRead {
  readonly rows: readonly UnitRow[];
  readonly rejected: readonly RejectedRow[];
  /** Rows whose codes got their zeros back. */
  readonly padded: number;
}

/** @throws CsvError */
export async function readRows(all: Iterable<CsvRow, void>): Promise<RowsRead> {
  let header: CsvRow | null = null;
  let at: Record<Column, number> | null = null;
  const rows: UnitRow[] = [];
  const rejected: RejectedRow[] = [];
  const firstLine = new Map<string, number>();
  const provinces = new Map<string, { name: string; line: number }>();
  let restored = 0;
  for (const line of all) {
    if (!header || !at) {
      at = readHeader(line);
      header = line;
      continue;
    }
    const places = at;
    if ((rows.length + rejected.length + 1) % ROWS_PER_TURN === 0) await setImmediate();
    const refuse = (code: string, params: RejectedRow['params'] = {}): void =>
      void rejected.push({ line: line.line, code, params, text: textOf(line) });
    if (line.cells.length !== header.cells.length) {
      refuse('row_columns', { found: line.cells.length, wanted: header.cells.length });
      continue;
    }
    const cell = (column: Column): string => cleanLine(line.cells[places[column]]!);
    const province = { code: padded(cell('provinceCode'), 2), name: cell('provinceName') };
    const commune = { code: padded(cell('code'), 5), name: cell('name') };
    const wrongCode = !isUnitCode('province', province.code)
      ? province
      : !isUnitCode('commune', commune.code)
        ? commune
        : null;
    if (wrongCode) {
      if (wrongCode.code === '') refuse('row_code_missing');
      else refuse('row_code_invalid', { code: wrongCode.code.slice(0, 20) });
      continue;
    }
    const names = [province.name, commune.name];
    if (names.includes('')) {
      refuse('row_name_missing');
      continue;
    }
    if (names.some((name) => broken.test(name) || name.length > 200)) {
      refuse('row_name_unreadable');
      continue;
    }
    const before = provinces.get(province.code);
    if (before && before.name !== province.name) {
      refuse('row_province_differs', { code: province.code, first: before.line });
      continue;
    }
    const first = firstLine.get(commune.code);
    if (first !== undefined) {
      refuse('row_repeated', { code: commune.code, first });
      continue;
    }
    provinces.set(province.code, before ?? { name: province.name, line: line.line });
    firstLine.set(commune.code, line.line);
    if (province.code !== cell('provinceCode') || commune.code !== cell('code')) restored++;
    rows.push({ line: line.line, text: textOf(line), province, commune });
  }
  if (rows.length + rejected.length === 0) throw new CsvError('csv_empty', 'The file holds no rows');
  return { rows, rejected, padded: restored };
}
