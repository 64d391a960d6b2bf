/** What is worth a look in the coverage of some boards: schedules that hide others, schedules without anything to play, and hours with nothing but the fallback. */
import type { CoverageAnswer, CoverageFinding } from '../../../../../shared/protocol/api/plans.ts';
import { dateOf, localDayOn, type LocalDay } from '../../../../../shared/schedule/zone.ts';
import { homeZone } from '../../lib/time.ts';
import { hourOf } from './calendar.ts';

/** Hours of the day, and the days (their beginning, ms UTC) that have them. */
export interface Hours {
  readonly from: string;
  readonly to: string;
  readonly days: readonly number[];
}
export interface Finding extends Omit<CoverageFinding, 'spans'> {
  readonly hours: readonly Hours[];
}

/** Hidden first, then empty, then gaps; each by how many boards it concerns, and of each kind no more than so many. */
export function findingsOf({ findings }: Pick<CoverageAnswer, 'findings'>, mostOfKind = Infinity): Finding[] {
  const clocks = new Map(findings.map(({ zone }) => [zone, clockOf(zone)]));
  const byKind = Map.groupBy(findings, ({ kind }) => kind);
  return (['hidden', 'empty', 'gap'] as const)
    .flatMap((kind) => (byKind.get(kind) ?? []).toSorted((a, b) => b.boards - a.boards).slice(0, mostOfKind))
    .map(({ spans, ...finding }) => ({ ...finding, hours: hoursOf(spans, clocks.get(finding.zone)!) }));
}

type Clock = (at: number) => { readonly day: LocalDay; readonly time: string };

/** The day and the time of moments in a zone. Many findings begin and end at the same ones, and asking Intl is slow. */
export function clockOf(zone: string): Clock {
  const known = new Map<number, ReturnType<Clock>>();
  return (at) => {
    let found = known.get(at);
    if (!found) known.set(at, (found = { day: localDayOn(zone, dateOf(zone, at)), time: hourOf(zone, at) }));
    return found;
  };
}

/** The days, at home, that an answer is about, also those of which it has a part only. */
export function daysOf({ from, to }: Pick<CoverageAnswer, 'from' | 'to'>): number {
  let days = 0;
  for (let at = from; at < to; days++) at = localDayOn(homeZone, dateOf(homeZone, at)).end;
  return days;
}

/** Spans by the hours that they take of each day, so that a week of the same hours is said once. @param spans none touches another */
export function hoursOf(spans: CoverageFinding['spans'], clock: Clock): Hours[] {
  const byHours = new Map<string, { from: string; to: string; days: number[] }>();
  for (const { start, end } of spans) {
    for (let at = start; at < end;) {
      const { day, time: from } = clock(at);
      const until = Math.min(end, day.end);
      const to = until === day.end ? '24:00' : clock(until).time;
      const known = byHours.get(`${from}-${to}`) ?? { from, to, days: [] };
      known.days.push(day.start);
      byHours.set(`${from}-${to}`, known);
      at = until;
    }
  }
  return [...byHours.values()].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.to < b.to ? -1 : 1));
}
