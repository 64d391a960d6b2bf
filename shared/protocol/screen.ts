/** What a board's screen is told: when it is on, and how bright it is. Times are minutes of the day by the clock on the board's wall. */
import { z } from 'zod';

export const percent = z.int().min(0).max(100);
const minute = z.int().min(0).max(1439);
/** [from, to) of every day, past midnight where `to` is the earlier one. */
const daily = { from: minute, to: minute };
const isSpan = ({ from, to }: { from: number; to: number }): boolean => from !== to;
const noSpan = { error: 'Begin and end are the same', path: ['to'] };

/** Of one day, past midnight into the next where `to` is the earlier one; `to` 1440: up to its end. null: off all day. */
const ofDay = z
  .strictObject({ from: minute, to: z.int().min(0).max(1440) })
  .refine(isSpan, noSpan)
  .nullable();
/** Of each day of the week, Monday first. Players from before there were any refuse them and keep the hours that stood. */
export const weekHours = z
  .tuple([ofDay, ofDay, ofDay, ofDay, ofDay, ofDay, ofDay])
  .refine((days) => days.some((day) => day !== null), 'Off on every day');
export type WeekHours = z.infer<typeof weekHours>;

/** The same every day, or by the day of the week. */
export const litHours = z.union([z.strictObject(daily).refine(isSpan, noSpan), z.strictObject({ week: weekHours })]);

export const screenHours = z.strictObject({
  /** When it is on; null: day and night. */
  on: litHours.nullable(),
  /** Brightness in [from, to), percent, and in the rest of the day; null: as the screen itself is set. */
  light: z
    .strictObject({ ...daily, night: percent, day: percent })
    .refine(isSpan, noSpan)
    .nullable(),
});
export type ScreenHours = z.infer<typeof screenHours>;

/** On all the time, and as bright as it is set. */
export const alwaysOn: ScreenHours = { on: null, light: null };

/** The same in few bytes, as a player tells which hours it keeps. */
export function hoursKey({ on, light }: ScreenHours): string {
  const days = on === null ? '' : 'week' in on ? weekKey(on.week) : `${on.from}-${on.to}`;
  return light ? `${days} ${light.night}/${light.day}@${light.from}-${light.to}` : days;
}

/** «w8c-10o,,,,,dc-12c,-»: to the base 36, a day as the one before is left out, one without is «-». */
function weekKey(week: WeekHours): string {
  const days = week.map((day) => (day ? `${day.from.toString(36)}-${day.to.toString(36)}` : '-'));
  return `w${days.map((day, i) => (day === days[i - 1] ? '' : day)).join(',')}`;
}

/** Why the screen should be on or off: an alert is on, somebody said so, or its hours do. */
export const screenWhy = z.enum(['alert', 'hand', 'hours']);
export type ScreenWhy = z.infer<typeof screenWhy>;
