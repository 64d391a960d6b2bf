/** A play in words. */
import type { Play } from '../../../../../shared/protocol/api/proof.ts';
import { leastSeenMs } from '../../../../../shared/protocol/journal.ts';
import { durationTenths } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { whyWord } from '../boards/words.ts';

export function outcomeWord(outcome: Play['outcome']): string {
  const words = {
    completed: m.outcome_completed,
    cut: m.outcome_cut,
    failed: m.outcome_failed,
    interrupted: m.outcome_interrupted,
    dark: m.outcome_dark,
  };
  return words[outcome]();
}

export function outcomeHint(outcome: Play['outcome']): string {
  const words = {
    completed: m.outcome_completed_hint,
    cut: m.outcome_cut_hint,
    failed: m.outcome_failed_hint,
    interrupted: m.outcome_interrupted_hint,
    dark: m.outcome_dark_hint,
  };
  return words[outcome]();
}

export const outcomeTone = (outcome: Play['outcome']): 'good' | 'neutral' | 'bad' | 'warn' =>
  outcome === 'completed' ? 'good' : outcome === 'failed' ? 'bad' : outcome === 'cut' ? 'neutral' : 'warn';

export function clockWord(clock: Play['clock']): string {
  const words = { synced: m.clock_synced, held: m.clock_held, unknown: m.clock_unknown };
  return words[clock]();
}

/** The title that was kept with the play; the fallback slide has none, and a lost one is not guessed. */
export const playTitle = (play: Pick<Play, 'title' | 'why'>): string =>
  play.title ?? (play.why === 'fallback' ? m.why_fallback() : m.state_unknown());

/** Why it was shown; an exercise is never called an alert. */
export const playWhy = (play: Pick<Play, 'why' | 'exercise'>): string =>
  play.exercise ? m.takeover_is_exercise() : whyWord(play.why);

/** Whether it counts, and as what; else why not. */
export function proofWord({
  notCounted,
  exercise = false,
  outcome,
}: Pick<Play, 'notCounted' | 'outcome'> & { exercise?: boolean }): string {
  if (notCounted !== null) {
    const words = {
      failed: m.play_not_counted,
      dark: m.play_not_counted,
      standby: m.play_not_counted_standby,
      unproved: m.play_not_counted_unproved,
      unseen: m.play_not_counted_unseen,
    };
    return words[notCounted]();
  }
  if (exercise) return m.play_counted_exercise();
  return outcome === 'completed' ? m.play_counted() : m.play_counted_partial();
}

/** How long it was on, to a tenth of a second, so that rows and their sum agree; less than what can be seen is not rounded up to a second. */
export const playLength = ({ paintedMs }: Pick<Play, 'paintedMs'>): string =>
  paintedMs < leastSeenMs ? '< 0:01' : durationTenths(paintedMs);

/** Whose it is, and whose the board was. */
export const playUnits = ({ issuerName, unitName }: Pick<Play, 'issuerName' | 'unitName'>): string =>
  [issuerName === null ? '' : m.play_issuer({ unit: issuerName }), m.play_board_unit({ unit: unitName })]
    .filter(Boolean)
    .join(' · ');
