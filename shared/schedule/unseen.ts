/** What nobody sees: windows that are open only while the screen is off by its hours. */
import type { ScreenHours } from '../protocol/screen.ts';
import { parseCron } from './cron.ts';
import { nextScreenChange, screenDue } from './screen-hours.ts';
import { latestOpenings, type WindowFields } from './windows.ts';
import type { Zone } from './zone.ts';

/** Looked at in one go, ms: what opens every minute opens so often within. */
const stepMs = 86_400_000;

/**
 * Whether a window opens in [from, to), ms UTC, and the screen is off by its hours whenever it is open then.
 * @param turn awaited between days: lets others have theirs
 * @throws AppError `cron_invalid`
 */
export async function isUnseen(
  window: WindowFields,
  hours: ScreenHours,
  zone: Zone,
  from: number,
  to: number,
  turn: () => Promise<void>,
): Promise<boolean> {
  if (hours.on === null) return false;
  const cron = parseCron(window.cron);
  let opens = false;
  /** The screen is off for all of it. */
  let dark = { from: 0, to: 0 };
  for (let begin = from; begin < to; begin += stepMs) {
    const until = Math.min(begin + stepMs, to);
    for (const opening of latestOpenings(window, zone, begin, until, cron)) {
      const [start, end] = [Math.max(opening.start, begin), Math.min(opening.end, until)];
      if (start >= end) continue;
      opens = true;
      if (start < dark.from || start >= dark.to) {
        if (screenDue(hours, zone, start).on) return false;
        dark = { from: start, to: nextScreenChange(hours, 'on', zone, start) ?? Infinity };
      }
      if (end > dark.to) return false;
    }
    await turn();
  }
  return opens;
}
