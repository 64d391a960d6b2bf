/** A breakdown as a file, some lines at a time. */
import type { z } from 'zod';
import type { Breakdown, breakdown, PlayLine } from '../../../../shared/protocol/api/overview.ts';
import { csvLine, csvMark } from '../../../../shared/util/csv.ts';
import { homeZone } from '../units/days.ts';
import { csvWords, type Language } from './csv-words.ts';

const linesPerPiece = 500;

const time = new Intl.DateTimeFormat('en-GB', { timeZone: homeZone, dateStyle: 'short', timeStyle: 'short' });
/** dd/MM/yyyy HH:mm in Viet Nam. */
const formatTime = (at: number): string => time.format(at).replace(',', '');

/** «Theo bảng tin 21-11-2026.csv». */
export const csvName = (by: Breakdown, language: Language, now: number): string =>
  `${csvWords[language].by[by]} ${formatTime(now).slice(0, 10).replaceAll('/', '-')}.csv`;

export function* csvOf(
  { lines, from, talliedAt }: z.infer<typeof breakdown> & { talliedAt: number },
  by: Breakdown,
  language: Language,
  /** What categories are called in it. */
  categories: ReadonlyMap<string, string>,
): Generator<string, void> {
  const words = csvWords[language];
  const separator = language === 'vi' ? ';' : ',';
  // A unit stands beside boards alone: other lines are of one, or of many.
  const { unit, ...sums } = words.columns;
  yield csvMark + csvLine([words.first[by], ...(by === 'board' ? [unit] : []), ...Object.values(sums)], separator);
  const times = [formatTime(from), formatTime(talliedAt)];
  for (let i = 0; i < lines.length; i += linesPerPiece)
    yield lines
      .slice(i, i + linesPerPiece)
      .map((line) => csvLine([...cellsOf(line, by, language, categories), ...times], separator))
      .join('');
}

function cellsOf(line: PlayLine, by: Breakdown, language: Language, categories: ReadonlyMap<string, string>): string[] {
  const { completed, partial, exercise, uncounted, paintedMs } = line;
  // To the millisecond, so that lines add up.
  const seconds = (paintedMs / 1000).toFixed(3).replace('.', language === 'vi' ? ',' : '.');
  const sums = [completed, partial, exercise, uncounted, seconds];
  const name = line.name ?? categories.get(line.id) ?? csvWords[language].unknown;
  return [name, ...(by === 'board' ? [line.unitName ?? ''] : []), ...sums.map(String)];
}
