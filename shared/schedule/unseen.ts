/** What nobody sees: windows that are open only while the screen is off by its hours. */
import type { ScreenHours } from '../protocol/screen.ts';
import { parseCron } from './cron.ts';
import { nextScreenChange, screenDue } from './screen-hours.ts';
import { latestOpenings, type WindowFields } from './windows.ts';
import type { Zone } from './zone.ts';

/**
 * Whether a window opens in [from, to), ms UTC, and the screen is off by its hours whenever it is open then.
 * @throws AppError `cron_invalid`
 */
export function isUnseen(window: WindowFields, hours: ScreenHours, zone: Zone, from: number, to: number): boolean {
  if (hours.on === null) return false;
  const openings = latestOpenings(window, zone, from, to, parseCron(window.cron))
    .map(({ start, end }) => ({ start: Math.max(start, from), end: Math.min(end, to) }))
    .filter(({ start, end }) => start < end);
  return (
    openings.length > 0 &&
    openings.every(({ start, end }) => {
      if (screenDue(hours, zone, start).on) return false;
      const lit = nextScreenChange(hours, 'on', zone, start);
      return lit === null || lit >= end;
    })
  );
}
