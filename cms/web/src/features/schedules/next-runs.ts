/** When a schedule opens next. */
import { openWindows, parseCron } from '../../../../../shared/schedule/windows.ts';
import { homeZone } from '../../lib/time.ts';
import type { When } from './sentence.ts';

/**
 * The openings that have not ended, the next first; what is open now is among them.
 * @throws AppError `cron_invalid`
 */
export function nextRuns(when: When, now: number, most: number): { start: number; end: number }[] {
  const cron = parseCron(when.cron);
  let found: { start: number; end: number }[] = [];
  const from = Math.max(now, when.validFrom ?? now);
  // Windows are found over growing spans, so that a yearly one is found and an hourly one is not listed for years.
  for (const days of [8, 63, 400, 3000]) {
    found = openWindows(when, homeZone, from, from + days * 86_400_000, cron).filter(({ end }) => end > now);
    if (found.length >= most) break;
  }
  return found.slice(0, most);
}
