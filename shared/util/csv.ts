/** Tables as files that Excel opens: RFC 4180 in UTF-8 with its mark, semicolons where Excel's own language separates by them. */

/**
 * A sign that makes a formula of a cell. A spreadsheet that separates by another sign than the file begins cells within ours, and
 * then knows no quotes of ours either: a sign counts wherever any separator or line break stands before it.
 */
const formulaSign = /(?<=(?:^|[,;\t\r\n])[\s"]*)[=+\-@]/g;

/** Whoever wrote a notice's title must not run anything there. */
const disarmed = (text: string): string => text.replace(formulaSign, "'$&");

const quoted = (text: string): string => (/[,;\t"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function csvLine(cells: readonly string[], separator: ',' | ';'): string {
  return `${cells.map((cell) => quoted(disarmed(cell))).join(separator)}\r\n`;
}

/** The beginning of the file. */
export const csvMark = '\uFEFF';
