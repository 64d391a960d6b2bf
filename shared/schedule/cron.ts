/**
 * Five-field cron expressions, read by croner. Taken: numbers, names (MON, JAN), `*`, lists, ranges, steps, and
 * croner's `L`, `W`, `#`. Refused: seconds or years (six and seven fields), nicknames (`@daily`), `?`, `+`, and
 * expressions that never occur (30 February). Day of month and day of week together mean «either», as in crontab(5).
 *
 * Where the clock is changed (croner's rules): a start at one fixed time that falls into a gap moves to the end of the
 * gap, and one that occurs twice counts once; starts with lists, ranges or steps skip the gap and count both times.
 */
import { Cron, CronPattern } from 'croner';
import { AppError } from '../util/errors.ts';
import { Zone } from './zone.ts';

const allowed = /^[0-9A-Za-z*,/#-]+$/;
const dayMs = 86_400_000;
/** A repeated hour is over, and an expression that is fixed in time counted, long before this, ms. */
const afterTransitionMs = 2 * 86_400_000;

/** A checked expression; starts are found with the same rules on every end. */
export interface ParsedCron {
  readonly expression: string;
  /** The first minute of an hour at which it starts. */
  readonly firstMinute: number;
  /** Starts in [from, to), ms UTC, ascending. */
  starts(zone: Zone, from: number, to: number): number[];
  /** The first start at or after `from`; null when there is none. */
  next(zone: Zone, from: number): number | null;
}

/**
 * Reads an expression.
 * @throws AppError `cron_invalid`, field `cron`
 */
export function parseCron(expression: string): ParsedCron {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5 || !fields.every((field) => allowed.test(field))) {
    throw invalid(`A cron expression has five fields (minute hour day month weekday): ${expression}`);
  }
  const text = fields.join(' ');
  const parsed = new CronStarts(text);
  if (!parsed.occurs()) throw invalid(`The cron expression never occurs: ${expression}`);
  return parsed;
}

/**
 * The next `count` starts at or after `from`, ms UTC.
 * @throws AppError `cron_invalid`
 */
export function nextRuns(expression: string, zoneName: string, from: number, count: number): number[] {
  const cron = parseCron(expression);
  const zone = new Zone(zoneName);
  const runs: number[] = [];
  for (let next = cron.next(zone, from); next !== null && runs.length < count; next = cron.next(zone, next + 1))
    runs.push(next);
  return runs;
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('cron_invalid', message, { field: 'cron', cause });
}

/**
 * Croner in a zone asks Intl for every candidate, and a board may have hundreds of windows. Where no change of the clock is
 * near, every local day has the same hours, so that croner's reading of the fields is enough: the times of day are the same
 * every day, and a day either has them or not. A property test holds both ways against each other.
 */
class CronStarts implements ParsedCron {
  readonly expression: string;
  readonly firstMinute: number;
  /** null: a field says more than which values it allows (`L`, `W`, `#`). */
  readonly #fields: DayFields | null;
  readonly #zoned = new Map<string, Cron>();

  constructor(expression: string) {
    this.expression = expression;
    try {
      const pattern = new CronPattern(expression, undefined, { mode: '5-part' });
      this.firstMinute = pattern.minute.findIndex(Boolean);
      this.#fields = /[LW#]/i.test(withoutNames(expression)) ? null : fieldsOf(pattern);
    } catch (cause) {
      throw invalid(
        cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : 'Not a cron expression',
        cause,
      );
    }
  }

  /** Whether there is any start at all: false for 30 February. */
  occurs(): boolean {
    if (this.#fields?.everyMonthHasIt) return true;
    return firstAtOrAfter(new Cron(this.expression, { mode: '5-part', utcOffset: 0 }), 0) !== null;
  }

  starts(zone: Zone, from: number, to: number): number[] {
    const { start, end, offsetMinutes } = zone.spanAt(from);
    if (this.#fields === null || offsetMinutes === null || from < start + afterTransitionMs || to > end)
      return this.#zonedStarts(zone, from, to);
    return wallStarts(this.#fields, from, to, offsetMinutes * 60_000);
  }

  next(zone: Zone, from: number): number | null {
    return firstAtOrAfter(this.#in(zone), from);
  }

  #zonedStarts(zone: Zone, from: number, to: number): number[] {
    const job = this.#in(zone);
    const found: number[] = [];
    let next = firstAtOrAfter(job, from);
    while (next !== null && next < to) {
      found.push(next);
      next = job.nextRun(new Date(next))?.getTime() ?? null;
    }
    return found;
  }

  #in(zone: Zone): Cron {
    let job = this.#zoned.get(zone.name);
    if (!job) {
      job = new Cron(this.expression, { mode: '5-part', timezone: zone.name });
      this.#zoned.set(zone.name, job);
    }
    return job;
  }
}

interface DayFields {
  /** Starts on a day that has any, ms after midnight, ascending. */
  readonly times: readonly number[];
  hasDay(day: Date): boolean;
  readonly everyMonthHasIt: boolean;
}

function fieldsOf(pattern: CronPattern): DayFields {
  const { minute, hour, day, month, dayOfWeek, starDOM, starDOW } = pattern;
  const times: number[] = [];
  for (let h = 0; h < 24; h++) {
    if (!hour[h]) continue;
    for (let m = 0; m < 60; m++) if (minute[m]) times.push((h * 60 + m) * 60_000);
  }
  return {
    times,
    hasDay: (date) => {
      if (!month[date.getUTCMonth()]) return false;
      const ofMonth = Boolean(day[date.getUTCDate() - 1]);
      const ofWeek = Boolean(dayOfWeek[date.getUTCDay()]);
      // crontab(5): with both fields given, either is enough.
      return !starDOM && !starDOW ? ofMonth || ofWeek : ofMonth && ofWeek;
    },
    everyMonthHasIt: !starDOW || day.slice(0, 28).some(Boolean),
  };
}

/** Starts in [from, to) on a clock that is `ahead` ms ahead of UTC. */
function wallStarts(fields: DayFields, from: number, to: number, ahead: number): number[] {
  const found: number[] = [];
  for (let day = Math.floor((from + ahead) / dayMs) * dayMs; day < to + ahead; day += dayMs) {
    if (!fields.hasDay(new Date(day))) continue;
    for (const time of fields.times) {
      const start = day + time - ahead;
      if (start >= from && start < to) found.push(start);
    }
  }
  return found;
}

/** Month and weekday names hold the letters of the modifiers. */
function withoutNames(expression: string): string {
  return expression.replace(/jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat/gi, '');
}

/** Croner looks strictly after a whole second. */
function firstAtOrAfter(job: Cron, from: number): number | null {
  return job.nextRun(new Date(Math.ceil(from / 1000) * 1000 - 1000))?.getTime() ?? null;
}
