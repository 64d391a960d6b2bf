/** When a window is open: a cron expression for its starts, a length, a validity, exceptions, in the board's zone. */
import type { ExceptionDay } from '../protocol/programme.ts';
import { parseCron, type ParsedCron } from './cron.ts';
import { localDayOn, Zone, type LocalDay } from './zone.ts';

export { nextRuns, parseCron } from './cron.ts';

const firstLookMs = 3_600_000;
const dayMs = 86_400_000;
/** The longest opening, ms. */
const longestMs = 7 * dayMs;

/** The fields of a schedule entry or an obligation that say when. */
export interface WindowFields {
  readonly cron: string;
  readonly durationMs: number;
  readonly validFrom: number | null;
  readonly validTo: number | null;
  /** Days that go by another rule than the cron expression's: what starts on them. */
  readonly exceptions?: readonly ExceptionDay[] | undefined;
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
  const valid = validRange(window, from, to);
  if (valid === null) return [];
  const where = typeof zone === 'string' ? new Zone(zone) : zone;
  const regular = regularStarts(window, where, valid.from - window.durationMs + 1, valid.to, cron).map((start) => ({
    start,
    end: start + window.durationMs,
  }));
  return [...regular, ...insteadOpenings(window, where, valid.from, valid.to)]
    .map((open) => clipped(window, open))
    .filter(({ start, end }) => start < to && end > from)
    .sort((a, b) => a.start - b.start);
}

/**
 * What decides in [from, to): of regular openings of one window that overlap only the latest, so each ends where the next begins.
 * A window that opens every minute for a week is as cheap as any other.
 */
export function latestOpenings(
  window: WindowFields,
  zone: Zone,
  from: number,
  to: number,
  cron: ParsedCron,
): OpenWindow[] {
  const valid = validRange(window, from, to);
  if (valid === null) return [];
  const before = lastStart(window, zone, valid.from, cron);
  const starts = [...(before === null ? [] : [before]), ...regularStarts(window, zone, valid.from + 1, valid.to, cron)];
  const regular = starts.map((start, i) => ({
    start,
    end: Math.min(start + window.durationMs, starts[i + 1] ?? Infinity),
  }));
  return [...regular, ...insteadOpenings(window, zone, valid.from, valid.to)].map((open) => clipped(window, open));
}

/** What of [from, to) the window is valid in; null: nothing. */
function validRange(window: WindowFields, from: number, to: number): { from: number; to: number } | null {
  const first = Math.max(from, window.validFrom ?? -Infinity);
  const last = Math.min(to, window.validTo ?? Infinity);
  return first < last ? { from: first, to: last } : null;
}

const clipped = (window: WindowFields, { start, end }: OpenWindow): OpenWindow => ({
  start: Math.max(start, window.validFrom ?? -Infinity),
  end: Math.min(end, window.validTo ?? Infinity),
});

/** The last start at or before `instant` whose opening holds it. Looked for near by first: most windows that overlap begin often. */
function lastStart(window: WindowFields, zone: Zone, instant: number, cron: ParsedCron): number | null {
  for (let back = firstLookMs, known = 0; known < window.durationMs; known = back, back *= 8) {
    const until = Math.min(back, window.durationMs);
    const found = regularStarts(window, zone, instant - until + 1, instant - known + 1, cron).at(-1);
    if (found !== undefined) return found;
  }
  return null;
}

/** Starts by the cron expression in [from, to), without those on days that are exceptions. */
function regularStarts(window: WindowFields, zone: Zone, from: number, to: number, cron: ParsedCron): number[] {
  const starts = cron.starts(zone, Math.max(0, from), to);
  const days = exceptionsNear(window, zone, from, to);
  return days.length === 0
    ? starts
    : starts.filter((start) => !days.some((day) => day.start <= start && start < day.end));
}

/** The openings that exception days have instead and that touch [from, to). */
function insteadOpenings(window: WindowFields, zone: Zone, from: number, to: number): OpenWindow[] {
  const found: OpenWindow[] = [];
  for (const { date, instead, ...day } of exceptionsNear(window, zone, from - longestMs, to)) {
    if (instead === null) continue;
    // As an expression, so that a change of the clock is met by the same rules.
    const time = `${instead.minute % 60} ${Math.floor(instead.minute / 60)}`;
    const cron = parseCron(`${time} ${Number(date.slice(8))} ${Number(date.slice(5, 7))} *`);
    for (const start of cron.starts(zone, day.start, day.end)) {
      const end = start + instead.durationMs;
      if (start < to && end > from) found.push({ start, end });
    }
  }
  return found;
}

/** Exception days that may touch [from, to); days lie around their date's UTC midnight by less than two. */
function exceptionsNear(window: WindowFields, zone: Zone, from: number, to: number): (ExceptionDay & LocalDay)[] {
  return (window.exceptions ?? [])
    .filter(({ date }) => Date.parse(date) > from - 2 * dayMs && Date.parse(date) < to + 2 * dayMs)
    .map((each) => ({ ...each, ...localDayOn(zone.name, each.date) }));
}
