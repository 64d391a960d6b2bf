/** Local days and spans of constant offset of one IANA zone. Times are ms UTC. */
import { Temporal } from 'temporal-polyfill';

/** [start, end) of a local day, ms UTC: 23 or 25 hours long where the clock is changed. */
export interface LocalDay {
  readonly start: number;
  readonly end: number;
}

/** An interval within which the zone's offset does not change; null offset: it is no whole number of minutes. */
export interface OffsetSpan {
  readonly start: number;
  readonly end: number;
  readonly offsetMinutes: number | null;
}

const at = (zone: string, instant: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);

/** The local day of `zone` that holds `instant`. */
function localDayOf(zone: string, instant: number): LocalDay {
  const start = at(zone, instant).startOfDay();
  return { start: start.epochMilliseconds, end: start.add({ days: 1 }).startOfDay().epochMilliseconds };
}

/** The local month of `zone` that holds `instant`. */
export function localMonthOf(zone: string, instant: number): LocalDay {
  const first = at(zone, instant).with({ day: 1 }).startOfDay();
  return { start: first.epochMilliseconds, end: first.add({ months: 1 }).startOfDay().epochMilliseconds };
}

/** A day of the calendar, «2026-02-17», in a zone. */
export function localDayOn(zone: string, date: string): LocalDay {
  const day = Temporal.PlainDate.from(date);
  const startOf = (each: Temporal.PlainDate): number => each.toZonedDateTime(zone).epochMilliseconds;
  return { start: startOf(day), end: startOf(day.add({ days: 1 })) };
}

/** The day of the calendar, «2026-02-17», that `instant` lies on. */
export const dateOf = (zone: string, instant: number): string => at(zone, instant).toPlainDate().toString();

/** The minute of the local day that `instant` lies in, 0 to 1439. */
export const minuteOf = (zone: string, instant: number): number => {
  const { hour, minute } = at(zone, instant);
  return hour * 60 + minute;
};

/** The longest span around `instant` with one offset. */
export function offsetSpanOf(zone: string, instant: number): OffsetSpan {
  const here = at(zone, instant);
  const next = here.getTimeZoneTransition('next');
  // `previous` looks strictly before: an instant that is itself a transition begins its own span.
  const previous = here.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  const offsetMinutes = here.offsetNanoseconds / 60_000_000_000;
  return {
    start: previous === null ? -Infinity : previous.epochMilliseconds,
    end: next === null ? Infinity : next.epochMilliseconds,
    offsetMinutes: Number.isInteger(offsetMinutes) ? offsetMinutes : null,
  };
}

/** One zone, with what was last looked up about it: asking Intl is slow. */
export class Zone {
  readonly name: string;
  #span: OffsetSpan | null = null;

  constructor(name: string) {
    this.name = name;
  }

  spanAt(instant: number): OffsetSpan {
    if (!this.#span || instant < this.#span.start || instant >= this.#span.end)
      this.#span = offsetSpanOf(this.name, instant);
    return this.#span;
  }

  dayAt(instant: number): LocalDay {
    return localDayOf(this.name, instant);
  }
}
