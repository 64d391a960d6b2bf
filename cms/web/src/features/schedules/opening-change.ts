/** What becomes of a schedule when one of its openings is moved, made longer or shorter, or left out: that day, or every time. */
import type { ExceptionDay } from '../../../../../shared/protocol/programme.ts';
import { openWindows, type WindowFields } from '../../../../../shared/schedule/windows.ts';
import { dateOf, localDayOn } from '../../../../../shared/schedule/zone.ts';
import { choiceOf, cronOf } from './cron-choice.ts';
import { onceOf } from './once.ts';

/** The fields of a schedule that say when. */
export interface When extends WindowFields {
  cron: string;
  durationMs: number;
  exceptions: ExceptionDay[];
}
/** A place on the calendar: a day «2026-03-03», minutes after its midnight, a length. */
export interface Place {
  readonly date: string;
  readonly minute: number;
  readonly durationMs: number;
}
export type ChangedWhen = Pick<When, 'cron' | 'durationMs' | 'exceptions' | 'validFrom' | 'validTo'>;

const kept = ({ cron, durationMs, exceptions, validFrom, validTo }: When): ChangedWhen => ({
  cron,
  durationMs,
  exceptions,
  validFrom,
  validTo,
});

/** When an opening at a place begins and ends, ms UTC. */
function spanOf(zone: string, { date, minute, durationMs }: Place): { start: number; end: number } {
  const start = localDayOn(zone, date).start + minute * 60_000;
  return { start, end: start + durationMs };
}

/** Whether all of an opening at that place is in what the schedule is valid for: nothing opens outside it, and it cuts off what crosses its end. */
export function isValidAt({ validFrom, validTo }: When, zone: string, to: Place): boolean {
  const { start, end } = spanOf(zone, to);
  return start >= (validFrom ?? -Infinity) && end <= (validTo ?? Infinity);
}

/** A schedule that opens at one place, once. It is valid from the beginning of that day to the end of the one on which it ends. */
export function onceAt(zone: string, to: Place): ChangedWhen {
  const { start, end } = spanOf(zone, to);
  const [, month = 1, dayOfMonth = 1] = to.date.split('-').map(Number);
  const [hour, minute] = [Math.floor(to.minute / 60), to.minute % 60];
  return {
    cron: cronOf({ ...choiceOf(''), mode: 'yearly', hour, minute, dayOfMonth, month }),
    durationMs: to.durationMs,
    exceptions: [],
    validFrom: localDayOn(zone, to.date).start,
    validTo: localDayOn(zone, dateOf(zone, Math.max(start, end - 1))).end,
  };
}

/** How many openings begin on a day. */
function startsOn(when: When, zone: string, date: string): number {
  const { start, end } = localDayOn(zone, date);
  return openWindows(when, zone, start, end).filter((open) => open.start >= start && open.start < end).length;
}

/** The place of a schedule that opens there alone, made as `onceAt` makes it; null: it is none. */
export function onlyPlaceOf(when: Omit<ChangedWhen, 'exceptions'>, zone: string): Place | null {
  const date = onceOf(when, zone);
  if (date === null) return null;
  const { hour, minute } = choiceOf(when.cron);
  const place = { date, minute: hour * 60 + minute, durationMs: when.durationMs };
  const { validFrom, validTo } = onceAt(zone, place);
  return when.validFrom === validFrom && when.validTo === validTo ? place : null;
}

export const exceptionOn = (when: Pick<When, 'exceptions'>, date: string): ExceptionDay | undefined =>
  when.exceptions.find((day) => day.date === date);

/** The day without its opening. */
export function skipDay(when: When, date: string): ChangedWhen {
  return { ...kept(when), exceptions: [...withoutDay(when, date), { date, instead: null }] };
}

/** The day as the rule has it again. */
export const ruleDay = (when: When, date: string): ChangedWhen => ({
  ...kept(when),
  exceptions: withoutDay(when, date),
});

const withoutDay = (when: When, date: string): ExceptionDay[] => when.exceptions.filter((day) => day.date !== date);

/**
 * The opening that begins on `from` at another place, this one time. null: a day has one exception, and there is more than one
 * opening on the day, or one already where it is to go; or the schedule is not valid there.
 */
export function moveOnce(when: When, zone: string, from: string, to: Place): ChangedWhen | null {
  if (!isValidAt(when, zone, to) || startsOn(when, zone, from) > 1) return null;
  const instead = { minute: to.minute, durationMs: to.durationMs };
  if (to.date === from) return { ...kept(when), exceptions: [...withoutDay(when, from), { date: from, instead }] };
  if (startsOn(when, zone, to.date) > 0) return null;
  const left = skipDay(when, from).exceptions.filter((day) => day.date !== to.date);
  return { ...kept(when), exceptions: [...left, { date: to.date, instead }] };
}

/**
 * Every opening as this one goes from a day to another place. null: the cron expression is none of the everyday ones, or does not
 * name the day that is to change; or the schedule is not valid there.
 */
export function moveAlways(
  when: When,
  zone: string,
  from: string,
  minuteBefore: number,
  to: Place,
): ChangedWhen | null {
  if (!isValidAt(when, zone, to) || exceptionOn(when, from)) return null;
  const changed = { ...kept(when), durationMs: to.durationMs };
  if (to.date === from && to.minute === minuteBefore) return changed;
  const choice = choiceOf(when.cron);
  if (choice.mode === 'custom' || choice.mode === 'hourly') return null;
  const timed = { ...choice, hour: Math.floor(to.minute / 60), minute: to.minute % 60 };
  if (to.date === from) return { ...changed, cron: cronOf(timed) };
  if (choice.mode === 'monthly')
    return to.date.slice(0, 7) === from.slice(0, 7)
      ? { ...changed, cron: cronOf({ ...timed, dayOfMonth: Number(to.date.slice(8)) }) }
      : null;
  if (choice.mode === 'yearly') {
    const [, month = 1, dayOfMonth = 1] = to.date.split('-').map(Number);
    return { ...changed, cron: cronOf({ ...timed, dayOfMonth, month }) };
  }
  if (choice.mode === 'daily') return null;
  const days = choice.mode === 'weekdays' ? [1, 2, 3, 4, 5] : choice.days;
  const moved = days.map((day) => (day === weekdayOf(from) ? weekdayOf(to.date) : day));
  return { ...changed, cron: cronOf({ ...timed, mode: 'weekly', days: [...new Set(moved)] }) };
}

/** 0 Sunday … 6 Saturday. */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();

/** The days whose exception only one of the two has, or has otherwise, the earliest first. */
export function changedDays(before: readonly ExceptionDay[], after: readonly ExceptionDay[]): string[] {
  const said = ({ date, instead }: ExceptionDay): string => [date, instead?.minute, instead?.durationMs].join();
  const told = (days: readonly ExceptionDay[]): Set<string> => new Set(days.map(said));
  const [was, is] = [told(before), told(after)];
  const differing = [...before.filter((day) => !is.has(said(day))), ...after.filter((day) => !was.has(said(day)))];
  return [...new Set(differing.map(({ date }) => date))].sort();
}

/** Where an opening lies. */
export function placeOf({ start, end }: { start: number; end: number }, zone: string): Place {
  const date = dateOf(zone, start);
  return { date, minute: Math.round((start - localDayOn(zone, date).start) / 60_000), durationMs: end - start };
}
