/** Where a playlist is used: schedules that play it, boards that fall back on it. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { ScheduleEntry } from '../../../../../shared/protocol/api/content.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { describeCron } from '../schedules/cron-words.ts';
import { nextRuns } from '../schedules/next-runs.ts';
import { boardsReached } from '../targets/targets.ts';
import { validityState } from './validity.ts';

export interface Use {
  readonly href: string;
  readonly text: string;
}

/** Boards that a playlist is for: by a schedule that has not ended, or as their default. */
export function boardsPlaying(
  playlistId: string,
  entries: readonly Pick<ScheduleEntry, 'playlistId' | 'targets' | 'validFrom' | 'validTo'>[],
  boards: readonly Board[],
  units: readonly Unit[],
  now: number,
): Board[] {
  const open = entries.filter((entry) => entry.playlistId === playlistId && validityState(entry, now) !== 'ended');
  const scheduled = boardsReached(
    {
      unitIds: open.flatMap(({ targets }) => targets.unitIds),
      boardIds: open.flatMap(({ targets }) => targets.boardIds),
    },
    units,
    boards,
  );
  return boards.filter((board) => board.defaultPlaylistId === playlistId || scheduled.includes(board));
}

/**
 * «Chợ, Trường, Cổng UBND và 4 bảng nữa»
 * @param all whether whoever reads it sees all boards that could use it
 */
export function boardWords(boards: readonly Pick<Board, 'name'>[], all = true): string {
  if (boards.length === 0) return all ? m.playlist_no_boards() : m.playlist_no_boards_seen();
  const rest = boards.length - 3;
  const names = boards.slice(0, 3).map(({ name }) => name);
  return names.join(', ') + (rest > 0 ? ` ${m.playlist_boards_rest({ n: rest })}` : '');
}

/** When the schedules of a playlist open next, the soonest first; those that never do are not there. */
export function nextOpenings<
  E extends Pick<ScheduleEntry, 'playlistId' | 'cron' | 'durationMs' | 'validFrom' | 'validTo'>,
>(playlistId: string, entries: readonly E[], now: number): { entry: E; start: number; end: number }[] {
  return entries
    .filter((entry) => entry.playlistId === playlistId && validityState(entry, now) !== 'ended')
    .flatMap((entry) => nextRuns(entry, now, 1).map((run) => ({ entry, ...run })))
    .sort((a, b) => a.start - b.start);
}

/** Names of days keep their capitals. */
const inSentence = (text: string): string =>
  /^(Chủ nhật|Monday)/u.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);

export function usesOf(
  playlistId: string,
  entries: readonly Pick<
    ScheduleEntry,
    'id' | 'name' | 'playlistId' | 'cron' | 'durationMs' | 'validFrom' | 'validTo'
  >[],
  boards: readonly Pick<Board, 'id' | 'name' | 'defaultPlaylistId'>[],
  now: number,
): Use[] {
  const scheduled = entries
    .filter((entry) => entry.playlistId === playlistId)
    .map((entry) => {
      const when =
        validityState(entry, now) === 'ended'
          ? inSentence(m.validity_ended())
          : m.playlist_used_starts_for({
              start: inSentence(describeCron(entry.cron)),
              length: durationWords(entry.durationMs),
            });
      return { href: `/schedules/${entry.id}`, text: m.playlist_used_schedule({ name: entry.name, when }) };
    });
  const defaults = boards
    .filter((board) => board.defaultPlaylistId === playlistId)
    .map((board) => ({ href: `/boards/${board.id}`, text: m.playlist_used_default({ name: board.name }) }));
  return [...scheduled, ...defaults];
}
