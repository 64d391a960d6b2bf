/** Which schedule a board follows at a time, by what is saved: the name and the end that the board's own report lacks. */
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { PlaylistRow, ScheduleEntry } from '../../../../../shared/protocol/api/content.ts';
import { openWindows } from '../../../../../shared/schedule/windows.ts';
import { validityState } from '../playlists/validity.ts';
import { boardsReached } from '../targets/targets.ts';

export interface Content {
  readonly entries: readonly ScheduleEntry[];
  readonly playlists: readonly PlaylistRow[];
  readonly units: readonly Unit[];
}

/**
 * The open window that wins, as the board's timeline ranks them: highest priority, then later start, then smaller id; one
 * whose playlist has nothing to play does not take part.
 */
export function openEntry(
  board: Board,
  { entries, playlists, units }: Content,
  now: number,
): { entry: ScheduleEntry; end: number } | null {
  const plays = (playlistId: string): boolean =>
    playlists
      .find((p) => p.id === playlistId)
      ?.validities.some((validity) => ['always', 'now'].includes(validityState(validity, now))) === true;
  const open = entries
    .filter((entry) => plays(entry.playlistId) && boardsReached(entry.targets, units, [board]).length > 0)
    .flatMap((entry) => openWindows(entry, board.zone, now, now + 1).map((window) => ({ entry, ...window })));
  open.sort((a, b) => b.entry.priority - a.entry.priority || b.start - a.start || (a.entry.id < b.entry.id ? -1 : 1));
  const [winner] = open;
  return winner ? { entry: winner.entry, end: winner.end } : null;
}
