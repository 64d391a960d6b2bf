/** The matrix as a file: a line for each unit and item. */
import type { ObligationMatrix } from '../../../../../shared/protocol/api/obligations.ts';
import { formatDateTime } from '../../lib/time.ts';
import { m } from '../../paraglide/messages.js';
import { csvLine } from '../../../../../shared/util/csv.ts';
import { answersOf, shownWord } from './words.ts';

const time = (ms: number | null): string => (ms === null ? '' : formatDateTime(ms));

export function matrixLines(
  items: ObligationMatrix['items'],
  rows: ObligationMatrix['rows'],
  separator: ',' | ';',
): string[] {
  const head = [
    m.unit_field(),
    m.obligation_notice(),
    m.obligation_sender(),
    m.obligation_state(),
    m.obligation_received(),
    m.obligation_accepted(),
    m.obligation_first_shown(),
    m.obligation_csv_boards(),
    m.obligation_csv_required(),
    m.obligation_csv_met(),
    m.obligation_csv_missing(),
    m.obligation_csv_cut(),
    m.obligation_csv_unknown(),
    m.obligation_csv_dark(),
    m.obligation_csv_shown(),
    m.obligation_csv_words(),
  ];
  const lines = rows.flatMap((row) =>
    items.flatMap((item, i) => {
      const cell = row.cells[i];
      if (!cell) return [];
      const { boards, required, met, missing, cut, unknown, darkHours, shown } = cell;
      const figures = [boards, required, met, missing, cut, unknown, darkHours, shown].map(String);
      return [
        [
          row.unitName,
          item.noticeTitle,
          item.unitName,
          answersOf(cell).join(', '),
          time(cell.receivedAt),
          time(cell.acceptedAt),
          time(cell.firstShownAt),
          ...figures,
          shownWord(cell),
        ],
      ];
    }),
  );
  return [head, ...lines].map((cells) => csvLine(cells, separator));
}
