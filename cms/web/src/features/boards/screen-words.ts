/** A board's screen in words: its hours, and what is known of it. */
import type { ScreenHours } from '../../../../../shared/protocol/screen.ts';
import type { BoardStatus } from '../../../../../shared/protocol/status.ts';
import { weekdayWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { timeWord } from '../schedules/cron-choice.ts';

export const minuteWord = (minute: number): string => timeWord(Math.floor(minute / 60), minute % 60);

/** «05:00–22:00; ban đêm (18:00–06:00) sáng 30%» */
export function hoursWords({ on, light }: ScreenHours): string {
  const when = on
    ? m.screen_hours_words({ from: minuteWord(on.from), to: minuteWord(on.to) })
    : m.screen_hours_always();
  if (!light) return when;
  const { from, to, night, day } = light;
  return m.screen_hours_light({ when, from: minuteWord(from), to: minuteWord(to), night, day });
}

/** Until when what was said by hand stands. */
export const untilWords = (until: number | null): string =>
  until === null ? m.screen_until_other() : m.screen_until({ time: weekdayWords(until) });

/** What is known of the screen, what it should be, and why. @param isOn what was read of it; null: it cannot be read, or was not */
export function screenWords({ driver, off, why, unlit, hand }: BoardStatus, isOn: boolean | null): string {
  if (driver === null) return m.screen_no_driver();
  const should = off !== true;
  const state =
    isOn === null
      ? should
        ? m.screen_unknown_on()
        : m.screen_unknown_off()
      : isOn === should
        ? isOn
          ? m.screen_on()
          : m.screen_off()
        : isOn
          ? m.screen_on_wrong()
          : m.screen_off_wrong();
  const whys = {
    alert: m.screen_why_alert,
    hours: m.screen_why_hours,
    hand: () => m.screen_why_hand({ until: untilWords(hand?.until ?? null) }),
  };
  const since = isOn === false && unlit !== null ? m.screen_since({ time: weekdayWords(unlit) }) : '';
  return [state, why && whys[why](), since].filter(Boolean).join(' · ');
}

/** It is not as it should be, or nobody knows. */
export const screenTone = ({ driver, off }: BoardStatus, isOn: boolean | null): 'bad' | 'warn' | 'neutral' => {
  if (driver === null || isOn === (off !== true)) return 'neutral';
  return isOn === null ? 'warn' : 'bad';
};
