/** Tables that people paste: from a spreadsheet or a document (tabs), or as CSV with semicolons or commas. */

/** Cells of pasted text, by row; quoted cells may hold separators and line breaks. Rows without any text are left out. */
export function parseTable(text: string): string[][] {
  const clean = text.replace(/^\ufeff/u, '').replace(/\r\n?/gu, '\n');
  const separator = separatorOf(clean);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = () => {
    row.push(cell.replace(/\s+/gu, ' ').trim());
    cell = '';
  };
  const endRow = () => {
    endCell();
    if (row.some((each) => each !== '')) rows.push(row);
    row = [];
  };
  for (let at = 0; at < clean.length; at += 1) {
    const sign = clean[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (clean[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === '' && closes(clean, at, separator)) quoted = true;
    else if (sign === separator) endCell();
    else if (sign === '\n') endRow();
    else cell += sign;
  }
  endRow();
  return squareOff(rows);
}

/** A quote opens a cell only if another one ends it: «"nhanh" gọn» is text. */
function closes(text: string, at: number, separator: string): boolean {
  for (let next = at + 1; next < text.length; next += 1) {
    if (text[next] !== '"') continue;
    if (text[next + 1] === '"') next += 1;
    else return next + 1 === text.length || text[next + 1] === separator || text[next + 1] === '\n';
  }
  return false;
}

/** A comma may be the decimal sign, so it separates only where there is nothing better and it does so in every row alike. */
function separatorOf(text: string): string {
  for (const separator of ['\t', ';']) if (text.includes(separator)) return separator;
  const rows = text.split('\n').filter((row) => row.trim() !== '');
  const counts = new Set(rows.map((row) => row.replace(/"[^"]*"/gu, '').split(',').length));
  return rows.length > 1 && counts.size === 1 && !counts.has(1) ? ',' : '\t';
}

/** The same number of cells in every row, without empty rows and columns at the end. */
export function squareOff(rows: readonly (readonly string[])[]): string[][] {
  const isFilled = (cell: string) => cell.trim() !== '';
  const height = rows.findLastIndex((row) => row.some(isFilled)) + 1;
  const width = Math.max(0, ...rows.map((row) => row.findLastIndex(isFilled) + 1));
  return rows.slice(0, height).map((row) => Array.from({ length: width }, (_, column) => row[column] ?? ''));
}
