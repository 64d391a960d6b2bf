/** When a schedule starts: the everyday cases as choices, everything else as a cron expression. */
import { isCalendarDay } from '../../../../../shared/util/calendar-day.ts';

export type CronMode = 'daily' | 'weekdays' | 'weekly' | 'monthly' | 'yearly' | 'hourly' | 'custom';

/** An everyday case; `custom` keeps the expression as it was written. */
export interface CronChoice {
  mode: CronMode;
  hour: number;
  minute: number;
  /** 0 Sunday … 6 Saturday. */
  days: number[];
  dayOfMonth: number;
  /** From 1. */
  month: number;
  custom: string;
}

/** Monday first, as calendars in Vietnam. */
export const weekOrder = [1, 2, 3, 4, 5, 6, 0];

export function cronOf({ mode, hour, minute, days, dayOfMonth, month, custom }: CronChoice): string {
  switch (mode) {
    case 'daily':
      return `${minute} ${hour} * * *`;
    case 'weekdays':
      return `${minute} ${hour} * * 1-5`;
    case 'weekly':
      return `${minute} ${hour} * * ${weekOrder.filter((day) => days.includes(day)).join(',')}`;
    case 'monthly':
      return `${minute} ${hour} ${dayOfMonth} * *`;
    case 'yearly':
      return `${minute} ${hour} ${dayOfMonth} ${month} *`;
    case 'hourly':
      return `${minute} * * * *`;
    case 'custom':
      return custom;
  }
}

/** Finds the everyday case that an expression is. */
export function choiceOf(cron: string): CronChoice {
  const choice: CronChoice = { mode: 'custom', hour: 6, minute: 0, days: [1], dayOfMonth: 1, month: 1, custom: cron };
  const match = /^(\d{1,2}) (\*|\d{1,2}) (\*|\d{1,2}) (\*|\d{1,2}) (\*|1-5|[0-6](?:,[0-6])*)$/.exec(
    cron.trim().replace(/\s+/g, ' '),
  );
  if (!match) return choice;
  const [, minute = '', hour = '', day = '', month = '', weekday = ''] = match;
  if (Number(minute) > 59 || Number(hour === '*' ? 0 : hour) > 23 || Number(day === '*' ? 1 : day) > 31) return choice;
  choice.minute = Number(minute);
  if (hour === '*') return day === '*' && month === '*' && weekday === '*' ? { ...choice, mode: 'hourly' } : choice;
  choice.hour = Number(hour);
  if (month !== '*') {
    // Of a leap year, which has every day.
    const yearly = weekday === '*' && isCalendarDay(2024, Number(month), Number(day));
    return yearly ? { ...choice, mode: 'yearly', dayOfMonth: Number(day), month: Number(month) } : choice;
  }
  if (day !== '*')
    return weekday === '*' && day !== '0' ? { ...choice, mode: 'monthly', dayOfMonth: Number(day) } : choice;
  if (weekday === '*') return { ...choice, mode: 'daily' };
  if (weekday === '1-5') return { ...choice, mode: 'weekdays' };
  return { ...choice, mode: 'weekly', days: [...new Set(weekday.split(',').map(Number))] };
}

export const timeWord = (hour: number, minute: number): string =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

/** Minutes after midnight as a time: «06:30». */
export const minuteWord = (minutes: number): string => timeWord(Math.floor(minutes / 60), minutes % 60);

/** The same of an end, of which midnight is that of its own day: «24:00». */
export const endWord = (minutes: number): string => (minutes === 0 ? '24:00' : minuteWord(minutes));

/**
 * «06:30», «6h30», «6h», «6», «0630».
 * @param isEnd then «24:00» is midnight too
 * @returns minutes after midnight, below 1440; null when it is no time of day
 */
export function parseTime(text: string, isEnd = false): number | null {
  const match = /^\s*(\d{1,2})(?:\s*[:hg.]\s*(\d{2})?)?\s*$/i.exec(text) ?? /^\s*(\d{1,2})(\d{2})\s*$/.exec(text);
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2] ?? 0)];
  if (match && isEnd && hour === 24 && minute === 0) return 0;
  return match && hour <= 23 && minute <= 59 ? hour * 60 + minute : null;
}
