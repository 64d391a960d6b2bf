/** The openings that a week calendar draws: what is to come by the schedules as they are saved, what is past by what they said then. */
import type { ScheduleEntry, ScheduleTerm } from '../../../../../shared/protocol/api/content.ts';
import { openWindows } from '../../../../../shared/schedule/windows.ts';
import { dateOf, localDayOn } from '../../../../../shared/schedule/zone.ts';
import type { Span } from '../../../../../shared/util/spans.ts';
import { exceptionOn } from './opening-change.ts';

/** An opening on the grid. */
export interface Drawn extends Span {
  /** Of the opening. */
  readonly id: string;
  readonly entryId: string;
  readonly title: string;
  readonly editable: boolean;
  /** This day goes by an exception: it opens at another time, or does not. */
  readonly exception: 'moved' | 'skipped' | null;
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

/** The openings of a period; `terms` are those that held in what of it is past; `crowded` names the entries with too many to draw. */
export function drawnOf<E extends ScheduleEntry>(
  entries: readonly E[],
  terms: readonly ScheduleTerm[],
  period: Period,
  mayEdit: (entry: E) => boolean,
): { openings: Drawn[]; crowded: string[] } {
  const { zone, from, to, now } = period;
  const openings: Drawn[] = [];
  const crowded = new Set<string>();
  for (const entry of entries) {
    const found = openWindows(entry, zone, Math.max(from, now), to);
    if (found.length > mostOpenings) {
      crowded.add(entry.name);
      continue;
    }
    const draw = ({ start, end }: Span, exception: Drawn['exception']): void => {
      openings.push({
        id: `${entry.id} ${start} ${exception}`,
        entryId: entry.id,
        title: entry.name,
        start,
        end,
        editable: mayEdit(entry),
        exception,
        past: false,
      });
    };
    for (const span of found) draw(span, movedOn(entry, zone, span));
    for (const span of skipped(entry, period)) draw(span, 'skipped');
  }
  const past = pastOf(terms, openings, period, crowded);
  return { openings: [...past, ...openings], crowded: [...crowded] };
}

const movedOn = (when: ScheduleEntry | ScheduleTerm, zone: string, { start }: Span): 'moved' | null =>
  when.exceptions.length === 0 || exceptionOn(when, dateOf(zone, start)) === undefined ? null : 'moved';

/** What was scheduled in what of the period is past, of `coming` no beginnings: those are drawn whole. Adds to `crowded`. */
function pastOf(
  terms: readonly ScheduleTerm[],
  coming: readonly Drawn[],
  { zone, from, to, now }: Period,
  crowded: Set<string>,
): Drawn[] {
  const past: Drawn[] = [];
  for (const term of terms.toSorted((a, b) => a.from - b.from)) {
    const found = openWindows(term, zone, Math.max(from, term.from), Math.min(to, term.until ?? now, now));
    if (found.length > mostOpenings) {
      crowded.add(term.name);
      continue;
    }
    for (const open of found) {
      const start = Math.max(open.start, term.from);
      const end = Math.min(open.end, term.until ?? now);
      const goesOn = coming.some((o) => o.entryId === term.entryId && o.start < end && o.end > start);
      const before = past.find((o) => o.entryId === term.entryId && o.title === term.name && o.end === start);
      if (goesOn) continue;
      if (before) past.splice(past.indexOf(before), 1, { ...before, end });
      else
        past.push({
          id: `${term.entryId} ${start} past`,
          entryId: term.entryId,
          title: term.name,
          start,
          end,
          editable: false,
          exception: movedOn(term, zone, open),
          past: true,
        });
    }
  }
  return past;
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
