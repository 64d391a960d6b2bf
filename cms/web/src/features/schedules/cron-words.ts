/** A cron expression in words. */
import cronstrue from 'cronstrue';
import 'cronstrue/locales/vi.js';
import { weekdayWord } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';
import { choiceOf, timeWord, weekOrder } from './cron-choice.ts';

// 4 January 1970 was a Sunday.
export const weekdayName = (day: number, style: 'long' | 'short' = 'long'): string =>
  weekdayWord(Date.UTC(1970, 0, 4 + day), style, 'UTC');

/** «Hằng ngày lúc 06:00». '' for an expression that cannot be read. */
export function describeCron(cron: string): string {
  const choice = choiceOf(cron);
  const time = timeWord(choice.hour, choice.minute);
  switch (choice.mode) {
    case 'daily':
      return m.cron_daily_at({ time });
    case 'weekdays':
      return m.cron_weekdays_at({ time });
    case 'weekly': {
      const days = weekOrder.filter((day) => choice.days.includes(day)).map((day) => weekdayName(day));
      return m.cron_weekly_at({
        time,
        days: new Intl.ListFormat(getLocale() === 'vi' ? 'vi-VN' : 'en-GB').format(days),
      });
    }
    case 'monthly':
      return m.cron_monthly_at({ time, day: choice.dayOfMonth });
    case 'yearly':
      return m.cron_yearly_at({ time, day: choice.dayOfMonth, month: choice.month });
    case 'hourly':
      return m.cron_hourly_at({ minute: choice.minute });
    case 'custom':
      try {
        return cronstrue.toString(cron, { locale: getLocale(), use24HourTimeFormat: true, verbose: true });
      } catch {
        return '';
      }
  }
}
