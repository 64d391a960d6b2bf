/** When a window is open: a cron expression for its starts, a length, a validity, in the board's zone. */
import { parseCron, type ParsedCron } from './cron.ts';
import { Zone } from './zone.ts';

export { nextRuns, parseCron } from './cron.ts';

const firstLookMs = 3_600_000;

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

/**
 * What decides in [from, to): of openings of one window that overlap only the latest, so each ends where the next begins. A
 * window that opens every minute for a week is as cheap as any other.
 */
export function latestOpenings(
  window: WindowFields,
  zone: Zone,
  from: number,
  to: number,
  cron: ParsedCron,
): OpenWindow[] {
  const validFrom = window.validFrom ?? -Infinity;
  const validTo = window.validTo ?? Infinity;
  const first = Math.max(from, validFrom);
  const last = Math.min(to, validTo);
  if (first >= last) return [];
  const before = lastStart(window, zone, first, cron);
  const starts = [...(before === null ? [] : [before]), ...cron.starts(zone, Math.max(0, first + 1), last)];
  return starts.map((began, i) => ({
    start: Math.max(began, validFrom),
    end: Math.min(began + window.durationMs, validTo, starts[i + 1] ?? Infinity),
  }));
}

/** The last start at or before `instant` whose opening holds it. Looked for near by first: most windows that overlap begin often. */
function lastStart(window: WindowFields, zone: Zone, instant: number, cron: ParsedCron): number | null {
  for (let back = firstLookMs, known = 0; known < window.durationMs; known = back, back *= 8) {
    const until = Math.min(back, window.durationMs);
    const found = cron.starts(zone, Math.max(0, instant - until + 1), instant - known + 1).at(-1);
    if (found !== undefined) return found;
  }
  return null;
}
