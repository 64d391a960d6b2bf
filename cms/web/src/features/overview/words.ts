/** What an overview tells, in words. */
import type { PlayLine, PlaySums, StartStep } from '../../../../../shared/protocol/api/overview.ts';
import { durationWords, numberWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';

/** What a line is called: a category by its name. */
export function lineName(line: PlayLine, categoryName: (key: string) => string): string {
  return (line.name ?? categoryName(line.id)) || m.state_unknown();
}

/** Plays that count. */
export const countedPlays = (line: { completed: number; partial: number }): number => line.completed + line.partial;

/** What stands beside the figure of plays that count. */
export const besideCounted = (sums: Omit<PlaySums, 'completed'>): string[] => [
  m.counts_painted({ length: durationWords(sums.paintedMs) }),
  ...(sums.partial > 0 ? [m.counts_partial({ n: numberWords(sums.partial) })] : []),
  ...(sums.exercise > 0 ? [m.overview_exercise_plays({ n: numberWords(sums.exercise) })] : []),
  ...(sums.uncounted > 0 ? [m.counts_uncounted({ n: numberWords(sums.uncounted) })] : []),
];

export function stepWord(step: StartStep): { title: string; text: string; href: string } {
  const steps = {
    unit: { title: m.start_unit, text: m.start_unit_text, href: '/units' },
    board: { title: m.start_board, text: m.start_board_text, href: '/boards' },
    notice: { title: m.start_notice, text: m.start_notice_text, href: '/notices/new' },
    approval: { title: m.start_approval, text: m.start_approval_text, href: '/users' },
    playlist: { title: m.start_playlist, text: m.start_playlist_text, href: '/playlists/new' },
    schedule: { title: m.start_schedule, text: m.start_schedule_text, href: '/schedules/new' },
    publish: { title: m.start_publish, text: m.start_publish_text, href: '/publish' },
    play: { title: m.start_play, text: m.start_play_text, href: '/plays' },
  };
  const { title, text, href } = steps[step];
  return { title: title(), text: text(), href };
}
