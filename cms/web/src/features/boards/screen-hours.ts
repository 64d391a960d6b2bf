/** A screen's hours as they stand in the form, with what is proposed to whoever sets none yet. Times are minutes after midnight. */
import { percent, type ScreenHours } from '../../../../../shared/protocol/screen.ts';
import { weekOf } from '../../../../../shared/schedule/screen-hours.ts';
import { m } from '../../paraglide/messages.js';

export interface SaidHours {
  timed: boolean;
  /** Of every day. */
  on: { from: number; to: number };
  /** Each day has hours of its own: Monday first. */
  weekly: boolean;
  week: { lit: boolean; from: number; to: number }[];
  dimmed: boolean;
  dark: { from: number; to: number };
  night: number | null;
  day: number | null;
}

const usual = { from: 300, to: 1320 };

export const saidOf = ({ on, light }: ScreenHours): SaidHours => {
  const days = weekOf(on ?? usual);
  const every = days.find((day) => day !== null && day.to < 1440) ?? usual;
  return {
    timed: on !== null,
    on: { from: every.from, to: every.to },
    weekly: on !== null && 'week' in on,
    week: days.map((day) => ({ lit: day !== null, ...(day ?? every) })),
    dimmed: light !== null,
    dark: { from: light?.from ?? 1080, to: light?.to ?? 360 },
    night: light?.night ?? 40,
    day: light?.day ?? 100,
  };
};

/** Seven days, each with these hours. */
export const weekAs = (on: SaidHours['on']): SaidHours['week'] =>
  Array.from({ length: 7 }, () => ({ lit: true, ...on }));

/** The end of hours of a day: midnight is the beginning of the next, but for a day from midnight to midnight. */
export const endAfter = (from: number, length: number): number =>
  from === 0 && length === 1440 ? 1440 : (from + length) % 1440;

/** Days that are all the same are said without a week: players from before there were any take that. */
function ofWeek(week: SaidHours['week']) {
  const { from, to } = week[0]!;
  if (!week.every((day) => day.lit && day.from === from && day.to === to))
    return { week: week.map((day) => (day.lit ? { from: day.from, to: day.to } : null)) };
  return from === 0 && to === 1440 ? null : { from, to: to % 1440 };
}

/** @param dims of one that cannot be dimmed no brightness is asked, whatever stood for the one before @returns what a schema has still to check */
export const hoursOf = ({ timed, on, weekly, week, dimmed, dark, night, day }: SaidHours, dims: boolean) => ({
  on: !timed ? null : weekly ? ofWeek(week) : on,
  light: dims && dimmed ? { ...dark, night, day } : null,
});

/** Hours that were given meanwhile come in, but over nothing that somebody has written. @param stand what stood in the form before */
export const takeIn = (said: SaidHours, stand: SaidHours, given: SaidHours): SaidHours =>
  JSON.stringify(said) === JSON.stringify(stand) ? given : said;

/** What is wrong, by field, as the schema has no words for it. */
export function wrongIn(said: SaidHours, dims: boolean): Record<string, string> {
  const found: Record<string, string> = {};
  const check = (field: string, { from, to }: { from: number; to: number }): void => {
    if (from === to) found[field] = m.screen_time_same();
  };
  if (said.timed && !said.weekly) check('on', said.on);
  if (said.timed && said.weekly) {
    for (const [day, hours] of said.week.entries()) if (hours.lit) check(`on.week.${day}`, hours);
    if (said.week.every(({ lit }) => !lit)) found['on.week'] = m.screen_week_dark();
  }
  if (dims && said.dimmed) {
    check('light', said.dark);
    for (const part of ['night', 'day'] as const)
      if (!percent.safeParse(said[part]).success) found[`light.${part}`] = m.screen_percent_wrong();
  }
  return found;
}
