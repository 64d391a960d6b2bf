/** A screen's hours at an instant: what is due, and when that changes. Both ends ask the same. */
import type { ScreenHours } from '../protocol/screen.ts';
import type { Zone } from './zone.ts';

const minuteMs = 60_000;
const dayMinutes = 1440;

/** Minutes since midnight by the clock on the wall. */
function minuteAt(zone: Zone, instant: number): number {
  // Offsets that are no whole minutes are of times before there were boards.
  const local = Math.floor(instant / minuteMs) + (zone.spanAt(instant).offsetMinutes ?? 0);
  return ((local % dayMinutes) + dayMinutes) % dayMinutes;
}

const holds = ({ from, to }: { from: number; to: number }, minute: number): boolean =>
  from < to ? from <= minute && minute < to : minute >= from || minute < to;

/** @param instant ms UTC @returns brightness in percent; null: nobody said any */
export function screenDue(
  { on, light }: ScreenHours,
  zone: Zone,
  instant: number,
): { on: boolean; light: number | null } {
  const minute = minuteAt(zone, instant);
  return {
    on: on === null || holds(on, minute),
    light: light === null ? null : holds(light, minute) ? light.night : light.day,
  };
}

/** When that part is due to change next, ms UTC; null: never. A day whose clock is changed has its edges where the wall has them. */
export function nextScreenChange(hours: ScreenHours, part: 'on' | 'light', zone: Zone, instant: number): number | null {
  const times = hours[part];
  if (times === null) return null;
  const now = screenDue(hours, zone, instant)[part];
  let next = Math.floor(instant / minuteMs) * minuteMs;
  // Two days hold every edge, also one that a change of the clock leaves out.
  const last = next + 2 * dayMinutes * minuteMs;
  while (next < last) {
    const minute = minuteAt(zone, next);
    const until = (edge: number): number => ((edge - minute - 1 + 2 * dayMinutes) % dayMinutes) + 1;
    const edge = next + Math.min(until(times.from), until(times.to)) * minuteMs;
    next = Math.min(edge, Math.ceil(zone.spanAt(next).end / minuteMs) * minuteMs);
    if (screenDue(hours, zone, next)[part] !== now) return next;
  }
  return null;
}

/** Whether it is due to be on for all of that time, of less than a day. @param lengthMs whole minutes, in which no clock is changed */
export function isLitFor({ on }: ScreenHours, zone: Zone, instant: number, lengthMs: number): boolean {
  if (on === null) return true;
  const into = (minuteAt(zone, instant) - on.from + dayMinutes) % dayMinutes;
  const length = (on.to - on.from + dayMinutes) % dayMinutes;
  return into + lengthMs / minuteMs <= length;
}
