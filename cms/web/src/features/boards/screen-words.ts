/** A board's screen in words: its hours, and what is known of it. */
import type { ScreenHours, WeekHours } from '../../../../../shared/protocol/screen.ts';
import type { BoardStatus } from '../../../../../shared/protocol/status.ts';
import { weekdayWord, weekdayWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { endWord, minuteWord } from '../schedules/cron-choice.ts';

const spanWords = ({ from, to }: { from: number; to: number }): string =>
  m.screen_hours_words({ from: minuteWord(from), to: endWord(to) });

/** «Thứ Hai» of 0, «Chủ nhật» of 6. */
export const dayName = (day: number): string => weekdayWord(Date.UTC(1970, 0, 5 + day), 'long', 'UTC');

/** «Thứ Hai–Thứ Sáu 05:00–22:00, Thứ Bảy sáng cả ngày, Chủ nhật tắt cả ngày»: days that are alike and follow one another are one. */
export function weekHoursWords(week: WeekHours): string {
  const runs: { first: number; last: number; hours: string }[] = [];
  for (const [day, span] of week.entries()) {
    const isWhole = span !== null && span.from === 0 && span.to === 1440;
    const hours = span === null ? m.screen_day_off() : isWhole ? m.screen_day_on() : spanWords(span);
    const run = runs.at(-1);
    if (run?.hours === hours) run.last = day;
    else runs.push({ first: day, last: day, hours });
  }
  return runs
    .map(({ first, last, hours }) =>
      m.screen_hours_days({
        days: first === last ? dayName(first) : m.screen_hours_words({ from: dayName(first), to: dayName(last) }),
        hours,
      }),
    )
    .join(', ');
}

/** «05:00–22:00; ban đêm (18:00–06:00) sáng 30%» */
export function hoursWords({ on, light }: ScreenHours): string {
  const when = on === null ? m.screen_hours_always() : 'week' in on ? weekHoursWords(on.week) : spanWords(on);
  if (!light) return when;
  const { from, to, night, day } = light;
  return m.screen_hours_light({ when, from: minuteWord(from), to: endWord(to), night, day });
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
