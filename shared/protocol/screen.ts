/** What a board's screen is told: when it is on, and how bright it is. Times are minutes of the day by the clock on the board's wall. */
import { z } from 'zod';

export const percent = z.int().min(0).max(100);
const minute = z.int().min(0).max(1439);
/** [from, to) of every day, past midnight where `to` is the earlier one. */
const daily = { from: minute, to: minute };
const isSpan = ({ from, to }: { from: number; to: number }): boolean => from !== to;
const noSpan = { error: 'Begin and end are the same', path: ['to'] };

export const screenHours = z.strictObject({
  /** When it is on; null: day and night. */
  on: z.strictObject(daily).refine(isSpan, noSpan).nullable(),
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
  const days = on ? `${on.from}-${on.to}` : '';
  return light ? `${days} ${light.night}/${light.day}@${light.from}-${light.to}` : days;
}

/** Why the screen should be on or off: an alert is on, somebody said so, or its hours do. */
export const screenWhy = z.enum(['alert', 'hand', 'hours']);
export type ScreenWhy = z.infer<typeof screenWhy>;
