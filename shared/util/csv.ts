/** Tables as files that Excel opens: RFC 4180 in UTF-8 with its mark, semicolons where Excel's own language separates by them. */

/** A cell that begins like a formula is one for spreadsheets: whoever wrote a notice's title must not run anything there. */
const disarmed = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const quoted = (text: string, separator: string): string =>
  text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

export function csvLine(cells: readonly string[], separator: ',' | ';'): string {
  return `${cells.map((cell) => quoted(disarmed(cell), separator)).join(separator)}\r\n`;
}

/** The beginning of the file. */
export const csvMark = '\uFEFF';
