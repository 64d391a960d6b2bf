/** What an overview tells, in words. */
import type {
  BoardCondition,
  ConditionReason,
  PlayLine,
  StartStep,
} from '../../../../../shared/protocol/api/overview.ts';
import { noticeCategories } from '../../../../../shared/protocol/programme.ts';
import { m } from '../../paraglide/messages.js';
import { categoryName } from '../notices/words.ts';

export function conditionWord(condition: BoardCondition): string {
  const words = {
    incident: m.condition_incident,
    offline: m.condition_offline,
    unknown: m.condition_unknown,
    dark: m.condition_dark,
    fallback: m.condition_fallback,
    takeover: m.condition_takeover,
    exercise: m.condition_exercise,
    playing: m.condition_playing,
    unpaired: m.condition_unpaired,
  };
  return words[condition]();
}

export const conditionTone = (condition: BoardCondition): 'good' | 'warn' | 'bad' | 'neutral' => {
  if (condition === 'playing') return 'good';
  if (condition === 'incident' || condition === 'offline' || condition === 'takeover') return 'bad';
  return condition === 'unpaired' ? 'neutral' : 'warn';
};

/** Why a board is in it. */
export function reasonWord(condition: BoardCondition, reason: ConditionReason | null): string {
  const reasons = {
    journal_fork: m.reason_journal_fork,
    programme_refused: m.reason_programme_refused,
    unproved: m.reason_unproved,
    never: m.reason_never,
    silent: m.reason_silent,
  };
  if (reason !== null) return reasons[reason]();
  const conditions: Partial<Record<BoardCondition, () => string>> = {
    offline: m.reason_offline,
    dark: m.reason_dark,
    fallback: m.reason_fallback,
    unpaired: m.reason_unpaired,
  };
  return conditions[condition]?.() ?? '';
}

/** What a line is called: a category by its word, the fallback slide by its own. */
export function lineName(line: PlayLine): string {
  if (line.kind === 'fallback') return m.why_fallback();
  const category = noticeCategories.find((name) => name === line.id);
  if (line.name === null && category) return categoryName(category);
  return line.name ?? m.state_unknown();
}

/** Plays that count. */
export const countedPlays = (line: { completed: number; partial: number }): number => line.completed + line.partial;

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
