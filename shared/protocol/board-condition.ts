/**
 * What a board does, in one word, from what is known of it. cms/server/features/boards/conditions-repo.ts says the same in a query that can
 * count boards; overview.store.test.ts holds the two against each other.
 */
import type { Board } from './api/boards.ts';
import type { BoardCondition, ConditionReason } from './api/overview.ts';
import { proves } from './journal.ts';

/** A fork is told of for as long, ms. */
export const forkIsNewsMs = 7 * 86_400_000;

export interface BoardState {
  readonly condition: BoardCondition;
  readonly reason: ConditionReason | null;
}

/** @param now ms UTC */
export function conditionOf({ presence, progress }: Pick<Board, 'presence' | 'progress'>, now: number): BoardState {
  const is = (condition: BoardCondition, reason: ConditionReason | null = null): BoardState => ({ condition, reason });
  if (presence.presence === 'unpaired') return is('unpaired');
  if (presence.since === null) return is('unknown', 'never');
  if (presence.presence === 'offline') return is('offline');
  if (presence.forkedAt !== null && presence.forkedAt > now - forkIsNewsMs) return is('incident', 'journal_fork');
  if (progress?.state === 'refused') return is('incident', 'programme_refused');
  if (presence.host !== null && !proves(presence.host)) return is('incident', 'unproved');
  if (presence.screenOn === false) return is(presence.screenRests ? 'resting' : 'dark');
  if (presence.now === null) return is('unknown', 'silent');
  if (presence.now.why === 'takeover') return is(presence.now.exercise ? 'exercise' : 'takeover');
  if (presence.now.why !== 'fallback') return is('playing');
  return is('fallback', presence.cut ? 'source_cut' : null);
}
