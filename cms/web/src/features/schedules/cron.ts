/** When a schedule starts: the everyday cases as choices, everything else as a cron expression, all of it in words. */
import cronstrue from 'cronstrue';
import 'cronstrue/locales/vi.js';
import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';

export type CronMode = 'daily' | 'weekdays' | 'weekly' | 'monthly' | 'hourly' | 'custom';

/** An everyday case; `custom` keeps the expression as it was written. */
export interface CronChoice {
  mode: CronMode;
  hour: number;
  minute: number;
  /** 0 Sunday … 6 Saturday. */
  days: number[];
  dayOfMonth: number;
  custom: string;
}

/** Monday first, as calendars in Vietnam. */
export const weekOrder = [1, 2, 3, 4, 5, 6, 0];

export function cronOf({ mode, hour, minute, days, dayOfMonth, custom }: CronChoice): string {
  switch (mode) {
    case 'daily':
      return `${minute} ${hour} * * *`;
    case 'weekdays':
      return `${minute} ${hour} * * 1-5`;
    case 'weekly':
      return `${minute} ${hour} * * ${weekOrder.filter((day) => days.includes(day)).join(',')}`;
    case 'monthly':
      return `${minute} ${hour} ${dayOfMonth} * *`;
    case 'hourly':
      return `${minute} * * * *`;
    case 'custom':
      return custom;
  }
}

/** Finds the everyday case that an expression is. */
export function choiceOf(cron: string): CronChoice {
  const choice: CronChoice = { mode: 'custom', hour: 6, minute: 0, days: [1], dayOfMonth: 1, custom: cron };
  const match = /^(\d{1,2}) (\*|\d{1,2}) (\*|\d{1,2}) \* (\*|1-5|[0-6](?:,[0-6])*)$/.exec(
    cron.trim().replace(/\s+/g, ' '),
  );
  if (!match) return choice;
  const [, minute = '', hour = '', day = '', weekday = ''] = match;
  if (Number(minute) > 59 || Number(hour === '*' ? 0 : hour) > 23 || Number(day === '*' ? 1 : day) > 31) return choice;
  choice.minute = Number(minute);
  if (hour === '*') return day === '*' && weekday === '*' ? { ...choice, mode: 'hourly' } : choice;
  choice.hour = Number(hour);
  if (day !== '*')
    return weekday === '*' && day !== '0' ? { ...choice, mode: 'monthly', dayOfMonth: Number(day) } : choice;
  if (weekday === '*') return { ...choice, mode: 'daily' };
  if (weekday === '1-5') return { ...choice, mode: 'weekdays' };
  return { ...choice, mode: 'weekly', days: [...new Set(weekday.split(',').map(Number))] };
}

export function weekdayName(day: number, style: 'long' | 'short' = 'long'): string {
  // 4 January 1970 was a Sunday.
  const name = new Intl.DateTimeFormat(getLocale() === 'vi' ? 'vi-VN' : 'en-GB', { weekday: style, timeZone: 'UTC' });
  return name.format(Date.UTC(1970, 0, 4 + day));
}

export const timeWord = (hour: number, minute: number): string =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

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

/** «06:30», «6h30», «6». @returns null when it is no time of day */
export function parseTime(text: string): { hour: number; minute: number } | null {
  const match = /^\s*(\d{1,2})(?:\s*[:hg.]\s*(\d{2})?)?\s*$/i.exec(text);
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2] ?? 0)];
  return match && hour <= 23 && minute <= 59 ? { hour, minute } : null;
}
