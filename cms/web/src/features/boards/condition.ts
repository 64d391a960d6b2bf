/** The states of a board: one word and one colour for each, on every page. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { BoardCondition, ConditionReason } from '../../../../../shared/protocol/api/overview.ts';
import { conditionOf } from '../../../../../shared/protocol/board-condition.ts';
import { m } from '../../paraglide/messages.js';
import { presenceSince, type Picture } from './words.ts';

const states = {
  incident: { word: m.condition_incident, tone: 'bad' },
  offline: { word: m.condition_offline, tone: 'bad' },
  unknown: { word: m.condition_unknown, tone: 'warn' },
  dark: { word: m.condition_dark, tone: 'bad' },
  fallback: { word: m.condition_fallback, tone: 'warn' },
  takeover: { word: m.condition_takeover, tone: 'bad' },
  exercise: { word: m.condition_exercise, tone: 'warn' },
  resting: { word: m.condition_resting, tone: 'neutral' },
  playing: { word: m.condition_playing, tone: 'good' },
  unpaired: { word: m.condition_unpaired, tone: 'neutral' },
} as const satisfies Record<BoardCondition, { word: () => string; tone: string }>;

/** @param picture a test pattern or the board's name, which covers what it plays while it lasts */
export function conditionWord(condition: BoardCondition, now = 0, picture: Picture | null = null): string {
  const covered = condition === 'playing' || condition === 'fallback';
  if (!covered || picture === null || picture.until <= now) return states[condition].word();
  return picture.name === 'identify' ? m.condition_identify() : m.condition_test_pattern();
}
export const conditionTone = (condition: BoardCondition): (typeof states)[BoardCondition]['tone'] =>
  states[condition].tone;

/** Why a board is in it. */
export function reasonWord(condition: BoardCondition, reason: ConditionReason | null): string {
  const reasons = {
    journal_fork: m.reason_journal_fork,
    programme_refused: m.reason_programme_refused,
    unproved: m.reason_unproved,
    never: m.reason_never,
    silent: m.reason_silent,
    source_cut: m.reason_source_cut,
  };
  if (reason !== null) return reasons[reason]();
  const conditions: Partial<Record<BoardCondition, () => string>> = {
    offline: m.reason_offline,
    dark: m.reason_dark,
    resting: m.reason_resting,
    fallback: m.reason_fallback,
    unpaired: m.reason_unpaired,
  };
  return conditions[condition]?.() ?? '';
}

/** The state in one line, with why and since when. */
export const conditionLine = (
  board: Pick<Board, 'presence' | 'progress'>,
  now: number,
  picture: Picture | null = null,
): string =>
  [conditionWord(conditionOf(board, now).condition, now, picture), conditionDetail(board, now)]
    .filter(Boolean)
    .join(' · ');

/** Why the board is in its state, that its source is cut, and since when it is there or away. */
export function conditionDetail(board: Pick<Board, 'presence' | 'progress'>, now: number): string {
  const { condition, reason } = conditionOf(board, now);
  const why = condition === 'offline' ? '' : reasonWord(condition, reason);
  // It stands while the board is away, and shows again what is beneath an alert or a dark screen.
  const cut = board.presence.cut && reason !== 'source_cut' ? m.reason_source_cut() : '';
  return [why, cut, condition === 'unpaired' ? '' : presenceSince(board.presence, now)].filter(Boolean).join(' · ');
}
