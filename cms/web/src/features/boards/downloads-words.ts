/** What a board may download and has downloaded, in words. */
import type { BoardStatus } from '../../../../../shared/protocol/status.ts';
import type { ProgrammeProgress } from '../../../../../shared/protocol/api/boards.ts';
import { budgetWarnsAt, isMediaWait, type DownloadLimits } from '../../../../../shared/protocol/downloads.ts';
import { bytesWords, numberWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { hoursWords } from './words.ts';

const megabytes = (mb: number): string => bytesWords(mb * 1_000_000);
const rateWords = (kbps: number): string => `${numberWords(kbps / 1000, 3)} Mbit/s`;

/** Names and values of what was ordered. */
export const limitRows = ({ hours, maxKbps, monthlyMb }: DownloadLimits): [name: string, value: string][] => [
  [m.downloads_budget(), monthlyMb === null ? m.downloads_unlimited() : megabytes(monthlyMb)],
  [m.downloads_hours(), hours ? hoursWords(hours) : m.downloads_any_time()],
  [m.downloads_rate(), maxKbps === null ? m.downloads_unlimited() : rateWords(maxKbps)],
];

/** The same in a line: «2 GB mỗi tháng, 22:00–05:00, 1 Mbit/s». */
export const limitsWords = ({ hours, maxKbps, monthlyMb }: DownloadLimits): string =>
  [
    monthlyMb === null ? [] : m.downloads_a_month({ size: megabytes(monthlyMb) }),
    hours === null ? [] : hoursWords(hours),
    maxKbps === null ? [] : rateWords(maxKbps),
  ]
    .flat()
    .join(', ') || m.downloads_unlimited().toLocaleLowerCase();

/** Whether fetching at once changes anything: something waits, or comes no faster than was ordered. */
export const canHurry = (
  progress: Pick<ProgrammeProgress, 'state' | 'errorCode'> | null,
  { maxKbps }: DownloadLimits,
): boolean => progress?.state === 'fetching' && (isMediaWait(progress.errorCode) || maxKbps !== null);

/** What the month has so far, and whether it is near the budget or over it. */
export function usedWords(
  { mb, tx }: Pick<BoardStatus, 'mb' | 'tx'>,
  { monthlyMb }: DownloadLimits,
): { text: string; warning: { title: string; text: string } | null } {
  if (mb === null) return { text: m.state_unknown(), warning: null };
  const part = monthlyMb === null ? 0 : mb / monthlyMb;
  // The machine's counters cannot be read: what else it carries is not in it.
  const used = tx === null ? m.downloads_used_player({ used: megabytes(mb) }) : megabytes(mb);
  return {
    text: monthlyMb === null ? used : m.downloads_used_of({ used, percent: Math.floor(part * 100) }),
    warning:
      part >= 1
        ? { title: m.downloads_spent_title(), text: m.downloads_spent_text() }
        : part >= budgetWarnsAt
          ? { title: m.downloads_low_title(), text: m.downloads_low_text() }
          : null,
  };
}
