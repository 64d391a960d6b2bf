/** Pictures that a board takes again and again, in words: how often, what they cost, what was on. */
import type { DownloadLimits } from '../../../../../shared/protocol/downloads.ts';
import { sampleOverheadBytes, type Sample, type SamplesRoom } from '../../../../../shared/protocol/samples.ts';
import type { ScreenHours } from '../../../../../shared/protocol/screen.ts';
import { spanMinutes, weekOf } from '../../../../../shared/schedule/screen-hours.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { bytesWords, durationWords, numberWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { whyWord } from './words.ts';

/** What may be chosen, minutes; 0: none. */
export const sampleChoices = [0, 5, 15, 30, 60, 120, 240, 720, 1440] as const;

/** «15 phút một lần», «không chụp». */
export const everyWords = (minutes: number): string =>
  minutes === 0 ? m.samples_off() : m.samples_every({ length: durationWords(minutes * 60_000) });

/** Until a board has sent one: what a picture of a notice weighs, bytes. */
const usualBytes = 32_000;
const dayMinutes = 1440;
const monthDays = 30;
/** Of the month's budget: that much for pictures is said to be much, ratio. */
const muchOfBudget = 0.25;

export interface SampleCost {
  /** Of a month, bytes. */
  readonly bytes: number;
  readonly text: string;
  /** Why it should be thought over; null: nothing speaks against it. */
  readonly warning: string | null;
}

/**
 * What pictures of a board cost in a month.
 * @param each what one of its pictures weighed so far, bytes; null: none has come
 * @param usedMb what its line has carried this month, MB; null: not known
 * @param monthLeft how much of this month is to come, 0 to 1
 */
export function sampleCost(
  everyMinutes: number,
  { on }: Pick<ScreenHours, 'on'>,
  { monthlyMb }: Pick<DownloadLimits, 'monthlyMb'>,
  each: number | null,
  usedMb: number | null,
  monthLeft: number,
): SampleCost | null {
  if (everyMinutes === 0) return null;
  const litMinutes = on ? weekOf(on).reduce((sum, day) => sum + (day ? spanMinutes(day) : 0), 0) / 7 : dayMinutes;
  const lit = Math.min(dayMinutes, litMinutes);
  const count = Math.max(monthDays, Math.round((lit * monthDays) / everyMinutes));
  const bytesEach = (each ?? usualBytes) + sampleOverheadBytes;
  const bytes = count * bytesEach;
  const text = m.samples_estimate({
    size: bytesWords(bytes),
    count: numberWords(count),
    each: bytesWords(bytesEach),
  });
  if (monthlyMb === null) return { bytes, text, warning: null };
  const budgetBytes = monthlyMb * 1_000_000;
  const budget = bytesWords(budgetBytes);
  const part = bytes / budgetBytes;
  const over = (usedMb ?? 0) * 1_000_000 + bytes * monthLeft > budgetBytes;
  return {
    bytes,
    text: `${text} ${m.samples_estimate_part({ percent: numberWords(Math.max(1, Math.round(part * 100))), budget })}`,
    warning: over ? m.samples_estimate_over({ budget }) : part >= muchOfBudget ? m.samples_estimate_much() : null,
  };
}

/** Said where boards are ordered to send more pictures than the CMS can take; null: it can. */
export function tooMany(everyMinutes: number, { ordered, possible }: SamplesRoom): string | null {
  if (everyMinutes === 0 || possible === null) return null;
  const all = ordered + 60 / everyMinutes;
  if (all <= possible) return null;
  return m.samples_room_over_text({
    ordered: numberWords(Math.round(all)),
    possible: numberWords(Math.floor(possible)),
  });
}

/** What was on, in a word or two; of a picture that is missing, why. */
export function sampleTitle({ missing, playing }: Pick<Sample, 'missing' | 'playing'>): string {
  if (missing !== null) return missingWord(missing);
  if (playing === null) return m.state_unknown();
  return playing.why === 'fallback' ? m.why_fallback() : playing.title;
}

/** The same as a sentence, with why it was on. */
export function sampleSentence(sample: Pick<Sample, 'missing' | 'playing'>): string {
  const { missing, playing } = sample;
  if (missing !== null) return missingSentence(missing);
  if (playing === null) return m.samples_playing_unknown();
  const title = m.samples_playing({ title: sampleTitle(sample) });
  if (playing.exercise) return `${title} (${m.takeover_is_exercise()})`;
  return playing.why === 'fallback' ? title : `${title} (${whyWord(playing.why)})`;
}

function missingWord(missing: string): string {
  if (missing === 'screen_off') return m.samples_missing_screen_off();
  if (missing === 'covered') return m.samples_missing_covered();
  return missing === 'no_stage' ? m.samples_missing_no_stage() : m.samples_missing_other();
}

function missingSentence(missing: string): string {
  if (missing === 'screen_off') return m.samples_missing_screen_off_text();
  if (missing === 'covered') return m.samples_missing_covered_text();
  return missing === 'no_stage' ? m.samples_missing_no_stage_text() : sentenceOf(missing);
}
