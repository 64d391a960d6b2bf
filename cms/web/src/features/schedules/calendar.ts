/** What a week calendar asks and saves; its grid's times by the clock on the wall. */
import { coverageAnswer, type CoverageAnswer } from '../../../../../shared/protocol/api/plans.ts';
import {
  scheduleEntry,
  scheduleTerms,
  type ScheduleEntry,
  type ScheduleInput,
  type ScheduleTerms,
} from '../../../../../shared/protocol/api/content.ts';
import { dateOf, localDayOn, Zone } from '../../../../../shared/schedule/zone.ts';
import { spansWithin, spansWithout, type Span } from '../../../../../shared/util/spans.ts';
import type { App } from '../../lib/app.svelte.ts';
import type { Api } from '../../lib/api.ts';
import { explain } from '../../lib/errors.ts';
import { queryOf } from '../../lib/pages.svelte.ts';
import { startOfDay } from '../../lib/time.ts';
import { m } from '../../paraglide/messages.js';
import { removeToBin } from '../bin/bin.svelte.ts';
import { timeWord } from './cron-choice.ts';
import type { Drawn } from './drawn.ts';
import { changedDays, weekdayOf, type ChangedWhen } from './opening-change.ts';

const zones = new Map<string, Zone>();
/** What a zone is ahead of UTC at a moment, minutes. A week has hundreds of moments, and asking Intl is slow. */
function offsetMinutes(name: string, at: number): number {
  const zone = zones.get(name) ?? new Zone(name);
  zones.set(name, zone);
  return zone.spanAt(at).offsetMinutes ?? 0;
}

/** «+07:00»: what the zone is ahead of UTC at a moment. */
export function offsetOf(zone: string, at: number): string {
  const minutes = offsetMinutes(zone, at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/**
 * The days of a week calendar: the week of a moment, Monday to Sunday. Where none is asked for, on Saturday and Sunday, hardly anything of
 * the week is to come: what is left of it is shown together with the whole next one.
 * @param at null: now
 */
export function weekOf(zone: string, at: number | null, now: number): { from: number; days: number } {
  const shown = at ?? now;
  const passed = (weekdayOf(dateOf(zone, shown)) + 6) % 7;
  return at === null && passed >= 5
    ? { from: startOfDay(now, 0, zone), days: 14 - passed }
    : { from: startOfDay(shown, -passed, zone), days: 7 };
}

/** Where the grid of a day is opened, by its clock: the morning, of today an hour before now. @param day null: of several days */
export function openingTime(day: Span | null, now: number, zone: string): string {
  const hour = day !== null && now >= day.start && now < day.end ? Number(wallTime(zone, now).slice(11, 13)) : 0;
  return hour > 6 ? timeWord(hour - 1, 0) : '05:30';
}

/** A moment by the clock on the wall, as the grid takes it: «2026-03-03T06:00:00». */
export const wallTime = (zone: string, at: number): string =>
  new Date(at + offsetMinutes(zone, at) * 60_000).toISOString().slice(0, 19);

/** The moment that a date of the grid means: it carries the clock on the wall in its local fields, whatever the browser's zone. */
export function instantOfWall(zone: string, wall: Date): number {
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${wall.getFullYear()}-${two(wall.getMonth() + 1)}-${two(wall.getDate())}`;
  return localDayOn(zone, date).start + (wall.getHours() * 60 + wall.getMinutes()) * 60_000;
}

/** Tells when others hide an opening and no board shows it: all of it where no board shows any of it, else its parts, the first first. */
export function hiddenIn({ findings, seen }: CoverageAnswer): (opening: Drawn) => readonly Span[] {
  const hiding = Map.groupBy(
    findings.filter(({ kind }) => kind === 'hidden'),
    ({ entryId }) => entryId,
  );
  const seenOf = new Map(seen.map(({ entryId, spans }) => [entryId, spans]));
  function hiddenOf({ entryId, start, end, exception, past }: Drawn): readonly Span[] {
    const hides = hiding.get(entryId);
    if (past || exception === 'skipped' || hides === undefined) return [];
    const meanwhile = (spans: readonly Span[]): Span[] => spansWithin(spans, { start, end });
    const hidden = meanwhile(hides.flatMap(({ spans }) => spans));
    const shown = meanwhile(seenOf.get(entryId) ?? []);
    return hidden.length > 0 && shown.length === 0 ? [{ start, end }] : spansWithout(hidden, shown);
  }
  // The grid asks for each again and again.
  const known = new WeakMap<Drawn, readonly Span[]>();
  return (opening) => {
    const hidden = known.get(opening) ?? hiddenOf(opening);
    known.set(opening, hidden);
    return hidden;
  };
}
/** Whether others hide all of it. */
export const isWhole = ({ start, end }: Span, hidden: readonly Span[]): boolean =>
  hidden[0]?.start === start && hidden[0].end === end;
/** «Bị lịch khác che», of a part also when; '': nothing is hidden. */
export function hiddenWords(opening: Span, hidden: readonly Span[], zone: string): string {
  if (hidden.length === 0) return '';
  return isWhole(opening, hidden) ? m.calendar_hidden() : m.calendar_hidden_part({ hours: hoursOfSpans(hidden, zone) });
}
/** «07:00–08:00, 22:00–06:00 hôm sau» */
export const hoursOfSpans = (spans: readonly Span[], zone: string): string =>
  spans.map(({ start, end }) => openingHours(wallDate(zone, start), wallDate(zone, end))).join(', ');
/** The clock on the wall at a moment, in the local fields of a date. */
export const wallDate = (zone: string, at: number): Date => new Date(wallTime(zone, at));
/** Of an opening, by the clock on the wall: «06:00–24:00»; «22:00–06:00 hôm sau», «22:00 05/03–06:00 07/03» of what ends on another day. */
export function openingHours(start: Date, end: Date): string {
  const time = (wall: Date): string => timeWord(wall.getHours(), wall.getMinutes());
  const last = new Date(end.getTime() - 1);
  const to = time(end) === '00:00' ? '24:00' : time(end);
  const daysOn = Math.round((midnightOf(last) - midnightOf(start)) / dayMs);
  if (daysOn <= 0) return `${time(start)}–${to}`;
  if (daysOn === 1) return m.calendar_hours_overnight({ from: time(start), to });
  const day = (wall: Date): string =>
    [wall.getDate(), wall.getMonth() + 1].map((n) => String(n).padStart(2, '0')).join('/');
  return `${time(start)} ${day(start)}–${to} ${day(last)}`;
}
const dayMs = 86_400_000;
const midnightOf = (wall: Date): number => Date.UTC(wall.getFullYear(), wall.getMonth(), wall.getDate());
/** «07:00», without `Intl`, which takes ten times as long: a week has hundreds. */
export const hourOf = (zone: string, at: number): string => wallTime(zone, at).slice(11, 16);

/** Where a span stands in another one, and the longest part of that which none of the spans takes; parts of its length, from 0 to 1. */
export function layOver({ start, end }: Span, spans: readonly Span[]): { over: Span[]; free: Span | undefined } {
  const part = (at: number): number => (at - start) / (end - start);
  const parts = (of: readonly Span[]): Span[] => of.map((span) => ({ start: part(span.start), end: part(span.end) }));
  const free = parts(spansWithout([{ start, end }], spans)).sort((a, b) => b.end - b.start - (a.end - a.start))[0];
  return { over: parts(spansWithin(spans, { start, end })), free };
}

export const inputOf = ({
  unitId,
  playlistId,
  name,
  priority,
  cron,
  durationMs,
  validFrom,
  validTo,
  targets,
  exceptions,
}: ScheduleEntry): ScheduleInput => ({
  unitId,
  playlistId,
  name,
  priority,
  cron,
  durationMs,
  validFrom,
  validTo,
  targets,
  exceptions,
});

/** What entries that may mean boards of a unit said when in a period, ms UTC. @param query.below of units below it, too */
export const loadTerms = (
  api: Api,
  { below, ...query }: { from: number; to: number; unitId: string; below: boolean },
  signal: AbortSignal,
): Promise<ScheduleTerms> =>
  api.get(`/api/schedule-entries/terms${queryOf({ ...query, below: String(below) })}`, scheduleTerms, signal);

export const loadCoverage = (
  api: Api,
  request: {
    boardIds?: readonly string[];
    unitId?: string;
    from: number;
    to: number;
    draft?: ScheduleInput & { id: string };
    darkOf?: string;
  },
): Promise<CoverageAnswer> => api.post('/api/coverage', coverageAnswer, request);

export const pathOf = (entryId: string): string => `/api/schedule-entries/${entryId}`;
/** «23/11/2026» */
const dateWord = (date: string): string => date.split('-').reverse().join('/');

/** Saves when an entry is, and offers to take it back. */
export async function saveWhen(
  app: App,
  entry: ScheduleEntry,
  change: ChangedWhen,
  changed: () => void,
): Promise<void> {
  const put = (fields: ScheduleInput, revision: number): Promise<ScheduleEntry> =>
    app.api.put(pathOf(entry.id), scheduleEntry, { ...fields, revision });
  const saved = await put({ ...inputOf(entry), ...change }, entry.revision);
  changed();
  const days = changedDays(entry.exceptions, change.exceptions).map(dateWord).join(', ');
  const { name, id } = entry;
  const back = (): void => {
    put(inputOf(entry), saved.revision).then(changed, (error: unknown) => app.toasts.bad(explain(error)));
  };
  app.toasts.good(days === '' ? m.schedule_saved({ name }) : m.schedule_saved_days({ name, days }), back, pathOf(id));
}

/** Deletes an entry, and offers to take it back. */
export async function removeEntry(
  app: App,
  { id, name, revision }: ScheduleEntry,
  changed: () => void,
  restored: () => void = changed,
): Promise<void> {
  await removeToBin(app, { path: pathOf(id), revision, name, schema: scheduleEntry }, restored);
  changed();
}
