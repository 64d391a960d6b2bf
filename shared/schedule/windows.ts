/** When a window is open: a cron expression for its starts, a length, a validity, in the board's zone. */
import { parseCron, type ParsedCron } from './cron.ts';
import { Zone } from './zone.ts';

export { nextRuns, parseCron } from './cron.ts';

/** The fields of a schedule entry or an obligation that say when. */
export interface WindowFields {
  readonly cron: string;
  readonly durationMs: number;
  readonly validFrom: number | null;
  readonly validTo: number | null;
}

/** One opening, [start, end), ms UTC. */
export interface OpenWindow {
  readonly start: number;
  readonly end: number;
}

/**
 * The openings that touch [from, to), whole, by start. One that began before `from` and is still open counts, however long
 * ago it began. Validity clips: a window open when `validFrom` comes opens then; one open at `validTo` closes then.
 * @throws AppError `cron_invalid`
 */
export function openWindows(
  window: WindowFields,
  zone: string | Zone,
  from: number,
  to: number,
  cron: ParsedCron = parseCron(window.cron),
): OpenWindow[] {
  const validFrom = window.validFrom ?? -Infinity;
  const validTo = window.validTo ?? Infinity;
  if (from >= validTo || to <= validFrom) return [];
  const where = typeof zone === 'string' ? new Zone(zone) : zone;
  const earliest = Math.max(from, validFrom) - window.durationMs + 1;
  const openings: OpenWindow[] = [];
  for (const began of cron.starts(where, Math.max(0, earliest), Math.min(to, validTo))) {
    const start = Math.max(began, validFrom);
    const end = Math.min(began + window.durationMs, validTo);
    if (start < to && end > from) openings.push({ start, end });
  }
  return openings;
}
