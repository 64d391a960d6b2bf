/** What is worth a look in the coverage of some boards: schedules that hide others, schedules without anything to play, and hours with nothing but the fallback. */
import type { CoverageAnswer } from '../../../../../shared/protocol/api/plans.ts';
import { dateOf, localDayOn } from '../../../../../shared/schedule/zone.ts';
import { formatTime, homeZone } from '../../lib/time.ts';

/** Hours of the day, and the days (their beginning, ms UTC) that have them. */
export interface Hours {
  readonly from: string;
  readonly to: string;
  readonly days: readonly number[];
}
export interface Finding {
  readonly kind: 'hidden' | 'empty' | 'gap';
  /** The entry that is not seen; null for a gap. */
  readonly entryId: string | null;
  /** The entry that is seen instead. */
  readonly byId: string | null;
  readonly boards: number;
  readonly hours: readonly Hours[];
}

interface Span {
  start: number;
  end: number;
}

/** Hidden first, then empty, then gaps; each by how many boards it concerns. */
export function findingsOf({ groups }: CoverageAnswer): Finding[] {
  const found = new Map<
    string,
    { finding: Omit<Finding, 'hours' | 'boards'>; boards: Set<string>; spans: Span[]; zone: string }
  >();
  const add = (
    finding: Omit<Finding, 'hours' | 'boards'>,
    group: CoverageAnswer['groups'][number],
    span: Span,
  ): void => {
    const key = [finding.kind, finding.entryId, finding.byId, group.zone].join();
    const known = found.get(key) ?? { finding, boards: new Set(), spans: [], zone: group.zone };
    group.boardIds.forEach((id) => known.boards.add(id));
    known.spans.push({ start: span.start, end: span.end });
    found.set(key, known);
  };
  for (const group of groups) {
    for (const stretch of group.stretches) {
      const { by, hidden, empty, obliged } = stretch;
      for (const entryId of hidden) add({ kind: 'hidden', entryId, byId: by.id }, group, stretch);
      for (const entryId of empty) add({ kind: 'empty', entryId, byId: null }, group, stretch);
      if (by.kind === 'fallback' && !obliged) add({ kind: 'gap', entryId: null, byId: null }, group, stretch);
    }
  }
  const order = ['hidden', 'empty', 'gap'];
  return [...found.values()]
    .map(({ finding, boards, spans, zone }) => ({ ...finding, boards: boards.size, hours: hoursOf(spans, zone) }))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || b.boards - a.boards);
}

/** The days, at home, that an answer is about, also those of which it has a part only. */
export function daysOf({ groups }: CoverageAnswer): number {
  const stretches = groups.flatMap((group) => group.stretches);
  const last = Math.max(...stretches.map(({ end }) => end)) - 1;
  let days = 0;
  for (let at = Math.min(...stretches.map(({ start }) => start)); at <= last; days++)
    at = localDayOn(homeZone, dateOf(homeZone, at)).end;
  return days;
}

/** Spans by the hours that they take of each day, so that a week of the same hours is said once. */
export function hoursOf(spans: readonly Span[], zone: string): Hours[] {
  const byHours = new Map<string, { from: string; to: string; days: number[] }>();
  for (const { start, end } of merged(spans)) {
    for (let at = start; at < end;) {
      const day = localDayOn(zone, dateOf(zone, at));
      const until = Math.min(end, day.end);
      const from = formatTime(at, zone);
      const to = until === day.end ? '24:00' : formatTime(until, zone);
      const known = byHours.get(`${from}-${to}`) ?? { from, to, days: [] };
      known.days.push(day.start);
      byHours.set(`${from}-${to}`, known);
      at = until;
    }
  }
  return [...byHours.values()].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.to < b.to ? -1 : 1));
}

function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else result.push({ ...span });
  }
  return result;
}
