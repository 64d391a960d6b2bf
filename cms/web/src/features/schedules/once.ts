/** A schedule of one day alone. Cron knows no year: its validity leaves one of them. */
import { homeZone, formatDate } from '../../lib/time.ts';
import { choiceOf } from './cron-choice.ts';

interface Rule {
  readonly cron: string;
  readonly validFrom: number | null;
  readonly validTo: number | null;
}

/** «2026-03-05» */
const isoDate = (ms: number, zone: string): string => formatDate(ms, zone).split('/').reverse().join('-');

/** The day of such a schedule, «2026-03-05»; null: it is none. */
export function onceOf({ cron, validFrom, validTo }: Rule, zone = homeZone): string | null {
  const { mode, dayOfMonth, month } = choiceOf(cron);
  if (mode !== 'yearly' || validFrom === null || validTo === null || validFrom >= validTo) return null;
  const [first, last] = [isoDate(validFrom, zone), isoDate(validTo - 1, zone)];
  const two = (n: number): string => String(n).padStart(2, '0');
  const of = (year: number): string => `${year}-${two(month)}-${two(dayOfMonth)}`;
  const year = Number(first.slice(0, 4));
  const found = [of(year), of(year + 1), of(year + 2)].filter((date) => date >= first && date <= last);
  return found.length === 1 ? found[0]! : null;
}
