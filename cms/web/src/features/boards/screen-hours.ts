/** A screen's hours as they stand in the form, with what is proposed to whoever sets none yet. Times are minutes after midnight. */
import type { ScreenHours } from '../../../../../shared/protocol/screen.ts';

export interface SaidHours {
  timed: boolean;
  on: { from: number; to: number };
  dimmed: boolean;
  dark: { from: number; to: number };
  night: number | null;
  day: number | null;
}

const spanIn = (on: ScreenHours['on']) => (on && 'week' in on ? null : on);
export const saidOf = ({ on, light }: ScreenHours): SaidHours => ({
  timed: on !== null,
  on: { from: spanIn(on)?.from ?? 300, to: spanIn(on)?.to ?? 1320 },
  dimmed: light !== null,
  dark: { from: light?.from ?? 1080, to: light?.to ?? 360 },
  night: light?.night ?? 40,
  day: light?.day ?? 100,
});

/** @param dims of one that cannot be dimmed no brightness is asked, whatever stood for the one before @returns what a schema has still to check */
export const hoursOf = ({ timed, on, dimmed, dark, night, day }: SaidHours, dims: boolean) => ({
  on: timed ? on : null,
  light: dims && dimmed ? { ...dark, night, day } : null,
});

/** Hours that were given meanwhile come in, but over nothing that somebody has written. @param stand what stood in the form before */
export const takeIn = (said: SaidHours, stand: SaidHours, given: SaidHours): SaidHours =>
  JSON.stringify(said) === JSON.stringify(stand) ? given : said;
