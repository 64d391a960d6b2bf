/** A screen's hours at an instant: what is due, and when that changes. Both ends ask the same. */
import type { ScreenHours, WeekHours } from '../protocol/screen.ts';
import type { Zone } from './zone.ts';

const minuteMs = 60_000;
const dayMinutes = 1440;
/** 1 January 1970 was a Thursday; the week begins on Monday. */
const epochWeekday = 3;

interface Span {
  readonly from: number;
  readonly to: number;
}
type OnHours = NonNullable<ScreenHours['on']>;

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

/** Minutes by the clock on the wall, since it was 1 January 1970 there. */
const wallMinute = (zone: Zone, instant: number): number =>
  // Offsets that are no whole minutes are of times before there were boards.
  Math.floor(instant / minuteMs) + (zone.spanAt(instant).offsetMinutes ?? 0);

/** How long it is, minutes: past midnight where its end is the earlier time. */
export const spanMinutes = ({ from, to }: Span): number => (to > from ? to - from : to + dayMinutes - from);

/** Those of each day of the week, Monday first; null: off all day. */
export const weekOf = (on: OnHours): WeekHours => ('week' in on ? on.week : [on, on, on, on, on, on, on]);

const holds = (span: Span, minute: number): boolean => modulo(minute - span.from, dayMinutes) < spanMinutes(span);

/** By the hours that begin on its day, or that began on the day before and go past midnight. */
function isOn(on: OnHours, wall: number): boolean {
  if (!('week' in on)) return holds(on, modulo(wall, dayMinutes));
  const day = Math.floor(wall / dayMinutes);
  return [day, day - 1].some((begun) => {
    const span = on.week[modulo(begun + epochWeekday, 7)];
    const into = span ? wall - begun * dayMinutes - span.from : -1;
    return span !== null && span !== undefined && into >= 0 && into < spanMinutes(span);
  });
}

/** @param instant ms UTC @returns brightness in percent; null: nobody said any */
export function screenDue(
  { on, light }: ScreenHours,
  zone: Zone,
  instant: number,
): { on: boolean; light: number | null } {
  const wall = wallMinute(zone, instant);
  return {
    on: on === null || isOn(on, wall),
    light: light === null ? null : holds(light, modulo(wall, dayMinutes)) ? light.night : light.day,
  };
}

/** Minutes of the day at which it may change, and how many days hold every change, also one that a change of the clock leaves out. */
function edgesOf(times: OnHours | Span): { edges: readonly number[]; days: number } {
  if (!('week' in times)) return { edges: [times.from, times.to], days: 2 };
  const edges = times.week.flatMap((span) => (span ? [span.from, span.to % dayMinutes] : []));
  return { edges: [...new Set(edges)], days: 9 };
}

/** When that part is due to change next, ms UTC; null: never. A day whose clock is changed has its edges where the wall has them. */
export function nextScreenChange(hours: ScreenHours, part: 'on' | 'light', zone: Zone, instant: number): number | null {
  const times = hours[part];
  if (times === null) return null;
  const now = screenDue(hours, zone, instant)[part];
  const { edges, days } = edgesOf(times);
  let next = Math.floor(instant / minuteMs) * minuteMs;
  const last = next + days * dayMinutes * minuteMs;
  while (next < last) {
    const minute = modulo(wallMinute(zone, next), dayMinutes);
    const until = edges.map((edge) => modulo(edge - minute - 1, dayMinutes) + 1);
    next = Math.min(next + Math.min(...until) * minuteMs, Math.ceil(zone.spanAt(next).end / minuteMs) * minuteMs);
    if (screenDue(hours, zone, next)[part] !== now) return next;
  }
  return null;
}

/** Whether it is due to be on for all of that time. */
export function isLitFor(hours: ScreenHours, zone: Zone, instant: number, lengthMs: number): boolean {
  if (!screenDue(hours, zone, instant).on) return false;
  const change = nextScreenChange(hours, 'on', zone, instant);
  return change === null || change >= instant + lengthMs;
}
