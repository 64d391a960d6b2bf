/** Times as people in Vietnam write them: dd/MM/yyyy, 24 hours, zone Asia/Ho_Chi_Minh unless told otherwise. */
import { isCalendarDay } from '../../../../shared/util/calendar-day.ts';

export const homeZone = 'Asia/Ho_Chi_Minh';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

function partsOf(ms: number, zone: string): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string> {
  const parts = { year: '', month: '', day: '', hour: '', minute: '', second: '' };
  for (const { type, value } of formatOf(zone).formatToParts(ms)) {
    if (type in parts) parts[type as keyof typeof parts] = value;
  }
  return parts;
}

/** 05/03/2026 */
export function formatDate(ms: number, zone = homeZone): string {
  const { day, month, year } = partsOf(ms, zone);
  return `${day}/${month}/${year}`;
}
/** 07:30 */
export function formatTime(ms: number, zone = homeZone): string {
  const { hour, minute } = partsOf(ms, zone);
  return `${hour}:${minute}`;
}
/** An end: midnight is that of the day before, 24:00. */
export const formatEndTime = (ms: number, zone = homeZone): string => formatTime(ms, zone).replace('00:00', '24:00');
/** 07:30:09 */
export function formatClock(ms: number, zone = homeZone): string {
  const { hour, minute, second } = partsOf(ms, zone);
  return `${hour}:${minute}:${second}`;
}
/** 05/03/2026 07:30 */
export function formatDateTime(ms: number, zone = homeZone): string {
  return `${formatDate(ms, zone)} ${formatTime(ms, zone)}`;
}

/** The start of the local day that `ms` lies in, ms UTC, moved by whole days. */
export function startOfDay(ms: number, shiftDays = 0, zone = homeZone): number {
  const { year, month, day } = partsOf(ms, zone);
  return fromParts(
    { year: Number(year), month: Number(month), day: Number(day) + shiftDays, hour: 0, minute: 0 },
    zone,
  );
}

/**
 * Reads «dd/MM/yyyy» or «dd/MM/yyyy HH:mm» as typed (one-digit days and months, «.» or «-» between, «h» in the time).
 * @param endOfDay a date without a time means the end of that day, which is the start of the next
 * @returns ms UTC, or null when it is no such time
 */
export function parseDateTime(text: string, options: { endOfDay?: boolean; zone?: string } = {}): number | null {
  const match = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[\s,]+(\d{1,2})(?:[:hg](\d{2})?)?)?\s*$/i.exec(text);
  if (!match) return null;
  const zone = options.zone ?? homeZone;
  const [day, month, year] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const hour = Number(match[4] ?? 0);
  const minute = Number(match[5] ?? 0);
  const whole = options.endOfDay === true && (match[4] === undefined || (hour === 24 && minute === 0));
  if (!isCalendarDay(year, month, day) || (!whole && hour > 23) || minute > 59) return null;
  return fromParts({ year, month, day: whole ? day + 1 : day, hour: whole ? 0 : hour, minute }, zone);
}

/** The day that is typed, where it is written as a date and no calendar has it: «31/02/2026»; else null. */
export function missingDay(text: string): string | null {
  const [date, day, month, year] = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)/.exec(text) ?? [];
  if (date === undefined || isCalendarDay(Number(year), Number(month), Number(day))) return null;
  return date.trim();
}

function fromParts(
  p: { year: number; month: number; day: number; hour: number; minute: number },
  zone: string,
): number {
  const wall = Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute);
  // The offset at the guess, then again at the corrected time, settles zones with daylight saving.
  const once = wall - offsetAt(wall, zone);
  return wall - offsetAt(once, zone);
}

/** Local time minus UTC, ms. */
function offsetAt(ms: number, zone: string): number {
  const p = partsOf(ms, zone);
  const wall = Date.UTC(
    Number(p.year),
    Number(p.month) - 1,
    Number(p.day),
    Number(p.hour),
    Number(p.minute),
    Number(p.second),
  );
  return wall - Math.floor(ms / 1000) * 1000;
}

/** How a length reads: the figures only, for the words see lib/words.ts. */
export function splitDuration(ms: number): { days: number; hours: number; minutes: number; seconds: number } {
  const total = Math.max(0, Math.round(ms / 1000));
  return {
    days: Math.floor(total / 86_400),
    hours: Math.floor(total / 3600) % 24,
    minutes: Math.floor(total / 60) % 60,
    seconds: total % 60,
  };
}
