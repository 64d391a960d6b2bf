/** Lengths, sizes and relative times in words of the page's language. */
import { m } from '../paraglide/messages.js';
import { getLocale } from '../paraglide/runtime.js';
import { formatClock, formatDate, formatDateTime, formatTime, homeZone, splitDuration, startOfDay } from './time.ts';

/** «1 phút 30 giây»; the two largest figures at most. */
export function durationWords(ms: number): string {
  const { days, hours, minutes, seconds } = splitDuration(ms);
  const words = [
    days > 0 ? m.time_days({ n: days }) : '',
    hours > 0 ? m.time_hours({ n: hours }) : '',
    minutes > 0 ? m.time_minutes({ n: minutes }) : '',
    seconds > 0 ? m.time_seconds({ n: seconds }) : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? m.time_seconds({ n: 0 }) : words.slice(0, 2).join(' ');
}

/** «0:45», «12:05», «1:02:03»: for columns. */
export function durationFigures(ms: number): string {
  const { days, hours, minutes, seconds } = splitDuration(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = days * 24 + hours;
  return h > 0 ? `${h}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** «0:05,5»: rows that somebody adds up. */
export function durationTenths(ms: number): string {
  const tenths = Math.round(ms / 100);
  return `${durationFigures(Math.floor(tenths / 10) * 1000)}${decimalMark()}${tenths % 10}`;
}

const decimalMark = (): string => (getLocale() === 'vi' ? ',' : '.');

/** «vừa xong», «5 phút trước», «hôm qua 07:30», «05/03/2026 07:30». */
export function sinceWords(ms: number, now: number): string {
  const age = now - ms;
  if (age < 60_000) return m.time_just_now();
  if (age < 3_600_000) return m.time_minutes_ago({ n: Math.floor(age / 60_000) });
  if (ms >= startOfDay(now)) return m.time_today_at({ time: formatTime(ms) });
  if (ms >= startOfDay(now, -1)) return m.time_yesterday_at({ time: formatTime(ms) });
  return formatDateTime(ms);
}

const weekdays = new Map<string, Intl.DateTimeFormat>();

/** «Thứ Hai», «Chủ nhật», as Nghị định 30/2020 writes them. */
export function weekdayWord(ms: number, weekday: 'long' | 'short', timeZone: string): string {
  const language = getLocale() === 'vi' ? 'vi-VN' : 'en-GB';
  const key = `${language} ${weekday} ${timeZone}`;
  let format = weekdays.get(key);
  if (!format) weekdays.set(key, (format = new Intl.DateTimeFormat(language, { weekday, timeZone })));
  // Intl has «Chủ Nhật».
  return format.format(ms).replace(/^(Ch\S+ )N/u, '$1n');
}

/** «Thứ Hai 05/03/2026» */
export const dayWords = (ms: number, zone = homeZone): string =>
  `${weekdayWord(ms, 'long', zone)} ${formatDate(ms, zone)}`;

/** «Thứ Hai 05/03/2026 07:30» */
export const weekdayWords = (ms: number, zone?: string): string => `${dayWords(ms, zone)} ${formatTime(ms, zone)}`;

/** «07:30:09,4»: where tenths of a second are the point. */
export const clockWords = (ms: number): string => `${formatClock(ms)}${decimalMark()}${Math.floor((ms % 1000) / 100)}`;

/** «1,2 MB» */
export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${numberWords(value, value < 10 && unit > 0 ? 1 : 0)} ${units[unit] ?? ''}`;
}

export function numberWords(value: number, digits = 0): string {
  return new Intl.NumberFormat(getLocale() === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: digits }).format(
    value,
  );
}

/** An end, as people say it: of a day that is over at midnight its end. */
export const untilWords = (ms: number): string =>
  formatTime(ms) === '00:00' ? m.day_end({ day: formatDate(ms - 1) }) : formatDateTime(ms);
