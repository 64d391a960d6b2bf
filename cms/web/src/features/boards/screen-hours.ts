/** A screen's hours as they are written in the form. */
import type { ScreenHours } from '../../../../../shared/protocol/screen.ts';
import { parseTime } from '../schedules/cron-choice.ts';
import { minuteWord } from './screen-words.ts';

export interface HoursFields {
  timed: boolean;
  from: string;
  to: string;
  dimmed: boolean;
  nightFrom: string;
  nightTo: string;
  night: number | null;
  day: number | null;
}

const spanIn = (on: ScreenHours['on']) => (on && 'week' in on ? null : on);
export const fieldsOf = ({ on, light }: ScreenHours): HoursFields => ({
  timed: on !== null,
  from: minuteWord(spanIn(on)?.from ?? 300),
  to: minuteWord(spanIn(on)?.to ?? 1320),
  dimmed: light !== null,
  nightFrom: minuteWord(light?.from ?? 1080),
  nightTo: minuteWord(light?.to ?? 360),
  night: light?.night ?? 40,
  day: light?.day ?? 100,
});

/** Since midnight; null: no time. */
export const minuteOf = (text: string): number | null => {
  const time = parseTime(text);
  return time && time.hour * 60 + time.minute;
};
export const isPercent = (value: number | null): value is number => value !== null && value >= 0 && value <= 100;

function span(from: string, to: string): { from: number; to: number } | null {
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  return begin === null || end === null || begin === end ? null : { from: begin, to: end };
}

/** @param dims of one that cannot be dimmed no brightness is asked, whatever stood for the one before @returns null: something is wrong */
export function hoursOf(said: HoursFields, dims: boolean): ScreenHours | null {
  const dimmed = dims && said.dimmed;
  const on = said.timed ? span(said.from, said.to) : null;
  const night = dimmed ? span(said.nightFrom, said.nightTo) : null;
  const light =
    night && isPercent(said.night) && isPercent(said.day) ? { ...night, night: said.night, day: said.day } : null;
  return (said.timed && !on) || (dimmed && !light) ? null : { on, light };
}

/** Hours that were given meanwhile come in, but over nothing that somebody has written. @param stand what stood in the form before */
export const takeIn = (said: HoursFields, stand: HoursFields, given: HoursFields): HoursFields =>
  JSON.stringify(said) === JSON.stringify(stand) ? { ...given } : said;
