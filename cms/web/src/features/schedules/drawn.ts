/** The openings that a week calendar draws: what is to come by the schedules as they are saved, what is past by what they said then. */
import type { ScheduleEntry } from '../../../../../shared/protocol/api/content.ts';
import { openWindows } from '../../../../../shared/schedule/windows.ts';
import { dateOf, localDayOn } from '../../../../../shared/schedule/zone.ts';
import { exceptionOn } from './opening-change.ts';

export interface Span {
  /** ms UTC. */
  readonly start: number;
  readonly end: number;
}

/** An opening on the grid. */
export interface Drawn extends Span {
  /** Of the opening. */
  readonly id: string;
  readonly entryId: string;
  readonly title: string;
  readonly editable: boolean;
  /** This day goes by an exception: it opens at another time, or does not. */
  readonly exception: 'moved' | 'skipped' | null;
  /** Hidden by another for some of its time. */
  readonly hidden: boolean;
  readonly past: boolean;
}

export interface Period {
  readonly zone: string;
  readonly from: number;
  readonly to: number;
  readonly now: number;
}

/** More openings than that make a grid nobody can read: an entry of every few minutes is left to the list. */
const mostOpenings = 60;

/** The openings of a period; `crowded` are the entries with too many to draw. */
export function drawnOf<E extends ScheduleEntry>(
  entries: readonly E[],
  period: Period,
  mayEdit: (entry: E) => boolean,
  hiddenAt: (entryId: string, start: number, end: number) => boolean,
): { openings: Drawn[]; crowded: E[] } {
  const { zone, from, to, now } = period;
  const openings: Drawn[] = [];
  const crowded: E[] = [];
  for (const entry of entries) {
    const found = openWindows(entry, zone, from, to);
    if (found.length > mostOpenings) {
      crowded.push(entry);
      continue;
    }
    const draw = (span: Span, exception: Drawn['exception']): void => {
      const past = span.end <= now;
      openings.push({
        ...span,
        id: `${entry.id} ${span.start} ${exception}`,
        entryId: entry.id,
        title: entry.name,
        editable: !past && mayEdit(entry),
        exception,
        hidden: !past && exception !== 'skipped' && hiddenAt(entry.id, span.start, span.end),
        past,
      });
    };
    for (const span of found) draw(span, exceptionOn(entry, dateOf(zone, span.start)) === undefined ? null : 'moved');
    for (const span of skipped(entry, period)) draw(span, 'skipped');
  }
  return { openings, crowded };
}

/** What its rule would have opened to come, on days that it leaves out. */
function skipped(entry: ScheduleEntry, { zone, from, to, now }: Period): Span[] {
  const rule = { ...entry, exceptions: [] };
  return entry.exceptions
    .filter(({ instead }) => instead === null)
    .map(({ date }) => localDayOn(zone, date))
    .filter((day) => day.end > Math.max(from, now) && day.start < to)
    .flatMap((day) => openWindows(rule, zone, day.start, day.end).filter(({ start }) => start >= day.start))
    .filter(({ end }) => end > now);
}

/** How many openings are open at the same time of a day, at most: so many stand side by side. */
export function lanesOn(openings: readonly Span[], day: Span): number {
  const edges = openings
    .filter(({ start, end }) => start < day.end && end > day.start)
    .flatMap(({ start, end }) => [
      { at: start, by: 1 },
      { at: end, by: -1 },
    ])
    // One that ends makes room for one that begins.
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let open = 0;
  return edges.reduce((most, { by }) => Math.max(most, (open += by)), 1);
}
