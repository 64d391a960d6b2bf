/** Files that the page itself makes. */
import { csvMark } from '../../../../shared/util/csv.ts';

/** Lets the browser save it. @param lines as `csvLine` makes them */
export function saveCsv(name: string, lines: readonly string[]): void {
  const address = URL.createObjectURL(new Blob([csvMark, ...lines], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by the next turn; a minute leaves room for those that have not.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
