/** Obligations in words. */
import type { MatrixCell, Obligation } from '../../../../../shared/protocol/api/obligations.ts';
import { m } from '../../paraglide/messages.js';
import { validityWords, type Validity } from '../playlists/validity.ts';
import { choiceOf, endWord, minuteWord } from '../schedules/cron-choice.ts';
import { scheduleSentence } from '../schedules/sentence.ts';

const dayMs = 86_400_000;

export interface Hours {
  cron: string;
  durationMs: number;
}

/** The hours of every day, minutes after midnight; null: not the same hours every day. `to` may be on the next day. */
export function dailyHours({ cron, durationMs }: Hours): { from: number; to: number } | null {
  const { mode, hour, minute } = choiceOf(cron);
  if (mode !== 'daily' || durationMs > dayMs || durationMs % 60_000 !== 0) return null;
  const from = hour * 60 + minute;
  return { from, to: (from + durationMs / 60_000) % 1440 };
}

/** Every day from a minute after midnight. */
export const dailyFrom = (minute: number): string => `${minute % 60} ${Math.floor(minute / 60)} * * *`;

/** «6 lần mỗi giờ, từ 06:00 đến 22:00 hằng ngày, từ 01/03/2026» */
export function obligationSentence(asked: Hours & Validity & { perHour: number }): string {
  const hours = dailyHours(asked);
  const times = m.obligation_times({ n: asked.perHour });
  if (!hours) return `${times}. ${scheduleSentence(asked)}`;
  const when =
    hours.from === hours.to
      ? m.obligation_all_day()
      : (hours.to !== 0 && hours.to < hours.from ? m.obligation_overnight : m.obligation_between)({
          from: minuteWord(hours.from),
          to: endWord(hours.to),
        });
  return [times, when, validityWords(asked)].filter((part) => part !== '').join(', ');
}

export type CellState = 'own' | 'unreceived' | 'received' | 'accepted';
/** What the receiving unit has answered. */
export function answerOf(cell: MatrixCell): CellState {
  if (cell.own) return 'own';
  if (cell.acceptedAt !== null) return 'accepted';
  return cell.receivedAt !== null ? 'received' : 'unreceived';
}
function answerWord(state: CellState): string {
  const words = {
    own: m.obligation_own,
    unreceived: m.obligation_unreceived,
    received: m.obligation_received,
    accepted: m.obligation_accepted,
  };
  return words[state]();
}

/** What the receiving unit has answered, in words: of a unit without boards no answer is asked. */
export const answersOf = (cell: MatrixCell): string[] => (cell.boards === 0 ? [] : [answerWord(answerOf(cell))]);

/** How many have answered, of those of whom something is asked. */
export const answersWord = (sent: Pick<Obligation, 'accepted' | 'received' | 'receivers' | 'withoutBoards'>): string =>
  [
    m.obligation_answers({ accepted: sent.accepted, received: sent.received, n: sent.receivers }),
    sent.withoutBoards > 0 ? m.obligation_without_boards({ n: sent.withoutBoards }) : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');

export type ShownState = 'no_boards' | 'resting' | 'not_due' | 'short' | 'unknown' | 'met';
/** What the boards have shown of what was asked for. Nothing on record is no failure. */
export function shownOf(cell: MatrixCell): ShownState {
  if (cell.boards === 0) return 'no_boards';
  if (cell.required === 0) return cell.darkHours > 0 ? 'resting' : 'not_due';
  if (cell.missing > 0) return 'short';
  return cell.unknown > 0 ? 'unknown' : 'met';
}
export function shownWord(cell: MatrixCell): string {
  const figures = { met: cell.met, required: cell.required };
  const words = {
    no_boards: () => m.obligation_no_boards(),
    resting: () => m.obligation_resting(),
    not_due: () => m.obligation_not_due(),
    short: () => m.obligation_short({ ...figures, n: cell.missing }),
    unknown: () => m.obligation_unknown({ ...figures, n: cell.unknown }),
    met: () => m.obligation_met(figures),
  };
  return words[shownOf(cell)]();
}
/** What has to be known to judge the figures: hours in which nothing was let through to the boards, or asked of them. */
export const notesOf = ({ cut, darkHours }: MatrixCell): string[] => [
  ...(cut > 0 ? [m.obligation_cut({ n: cut })] : []),
  ...(darkHours > 0 ? [m.obligation_dark({ n: darkHours })] : []),
];
export const shownTone = (state: ShownState): 'good' | 'warn' | 'bad' | 'neutral' =>
  state === 'met' ? 'good' : state === 'short' ? 'bad' : state === 'unknown' ? 'warn' : 'neutral';

export const matrixFilters = ['all', 'unreceived', 'unaccepted', 'short', 'unknown'] as const;
export type MatrixFilter = (typeof matrixFilters)[number];
export function filterWord(filter: MatrixFilter): string {
  const words = {
    all: m.obligation_filter_all,
    unreceived: m.obligation_filter_unreceived,
    unaccepted: m.obligation_filter_unaccepted,
    short: m.obligation_filter_short,
    unknown: m.obligation_filter_unknown,
  };
  return words[filter]();
}
export function fitsFilter(cell: MatrixCell, filter: MatrixFilter): boolean {
  if (filter === 'all') return true;
  // Nothing is asked of a unit without boards.
  if (cell.boards === 0) return false;
  if (filter === 'unreceived') return answerOf(cell) === 'unreceived';
  if (filter === 'unaccepted') return !cell.own && cell.acceptedAt === null;
  return shownOf(cell) === filter;
}
