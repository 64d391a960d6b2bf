/**
 * Five-field cron expressions, read by croner. Taken: numbers, names (MON, JAN), `*`, lists, ranges, steps, and
 * croner's `L`, `W`, `#`. Refused: seconds or years (six and seven fields), nicknames (`@daily`), `?`, `+`, and
 * expressions that never occur (30 February). Day of month and day of week together mean «either», as in crontab(5).
 *
 * Where the clock is changed (croner's rules): a start at one fixed time that falls into a gap moves to the end of the
 * gap, and one that occurs twice counts once; starts with lists, ranges or steps skip the gap and count both times.
 */
import { Cron } from 'croner';
import { AppError } from '../util/errors.ts';
import { Zone } from './zone.ts';

const allowed = /^[0-9A-Za-z*,/#-]+$/;
/** A repeated hour is over, and an expression that is fixed in time counted, long before this, ms. */
const afterTransitionMs = 2 * 86_400_000;

/** A checked expression; starts are found with the same rules on every end. */
export interface ParsedCron {
  readonly expression: string;
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
  for (let next = cron.next(zone, from); next !== null && runs.length < count; next = cron.next(zone, next + 1)) runs.push(next);
  return runs;
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('cron_invalid', message, { field: 'cron', cause });
}

/**
 * Croner in a zone asks Intl for every candidate. Within a span of constant offset the same starts are found eight
 * times faster on the wall clock alone, so that is used wherever no change of the clock is near.
 */
class CronStarts implements ParsedCron {
  readonly expression: string;
  readonly #wall: Cron;
  readonly #zoned = new Map<string, Cron>();

  constructor(expression: string) {
    this.expression = expression;
    try {
      this.#wall = new Cron(expression, { mode: '5-part', utcOffset: 0 });
    } catch (cause) {
      throw invalid(cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : 'Not a cron expression', cause);
    }
  }

  /** Whether there is any start at all: false for 30 February. */
  occurs(): boolean {
    return firstAtOrAfter(this.#wall, 0) !== null;
  }

  starts(zone: Zone, from: number, to: number): number[] {
    const { start, end, offsetMinutes } = zone.spanAt(from);
    if (offsetMinutes === null || from < start + afterTransitionMs || to > end) return startsOf(this.#in(zone), from, to, 0);
    return startsOf(this.#wall, from, to, offsetMinutes * 60_000);
  }

  next(zone: Zone, from: number): number | null {
    return firstAtOrAfter(this.#in(zone), from);
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

/** Starts in [from, to) of a job whose clock is `ahead` ms ahead of UTC. */
function startsOf(job: Cron, from: number, to: number, ahead: number): number[] {
  const found: number[] = [];
  let next = firstAtOrAfter(job, from + ahead);
  while (next !== null && next < to + ahead) {
    found.push(next - ahead);
    next = job.nextRun(new Date(next))?.getTime() ?? null;
  }
  return found;
}

/** Croner looks strictly after a whole second. */
function firstAtOrAfter(job: Cron, from: number): number | null {
  return job.nextRun(new Date(Math.ceil(from / 1000) * 1000 - 1000))?.getTime() ?? null;
}
