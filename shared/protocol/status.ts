/**
 * How a board's player is doing, besides what it shows (`stateChangedV1`): one document of readings, each of which may be unknown (null).
 * Told in full at each connection and every 15 minutes, and in between only what has changed by more than its threshold. Names are
 * short: somebody pays for every byte.
 */
import { z } from 'zod';
import { msUtc } from './common.ts';
import { clockState } from './journal.ts';
import { updateTold } from './release.ts';
import { screenWhy } from './screen.ts';

/** So often readings are taken, ms. */
export const readEveryMs = 60_000;
/** Whether what the CMS heard at a time was read in this month: not before it turned. Times are ms UTC. */
export const isSaidOf = ({ start, end }: { readonly start: number; readonly end: number }, at: number): boolean =>
  at >= start + 2 * readEveryMs && at < end;
/** So often they are told in full, ms. */
export const fullEveryMs = 15 * 60_000;

const percent = z.number().min(0).max(100);
const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const line = z.string().max(80);

/** A later player may say something else: that is unknown here, and keeps nothing else from being taken. */
const reading = <T extends z.ZodType>(type: T) => type.nullable().catch(null);

export const boardStatus = z.object({
  /** Version of the player, and the name of the operating system. */
  app: reading(line),
  os: reading(line),
  /** Since the machine started, seconds. */
  up: reading(count),
  /** Of all cores over the last minute, percent. */
  cpu: reading(percent),
  /** In use, percent, and how much there is, MB. */
  mem: reading(percent),
  memMb: reading(count),
  /** Of the disk that holds the player's data: in use, percent, and free, MB. */
  disk: reading(percent),
  freeMb: reading(count),
  /** The hottest sensor, °C. */
  temp: reading(z.number().min(-60).max(150)),
  /** How it reaches the network. */
  net: reading(z.enum(['wired', 'wifi', 'mobile'])),
  /** The mobile operator and its technology, such as «lte». */
  operator: reading(line),
  radio: reading(line),
  /** Strength of the radio signal, percent. */
  signal: reading(percent),
  /** By the counters of the network in use, since it came up, bytes. */
  tx: reading(count),
  rx: reading(count),
  clock: reading(clockState),
  /** Trusted time minus the machine's, ms. */
  offset: reading(z.number()),
  /** The content's source is cut; null: it is not. */
  cut: reading(z.literal(true)),
  /** Of videos with sound, percent; null: as loud as the machine is set to. */
  volume: reading(percent),
  /** What switches the screen; null: nothing, and the rest of it is unknown. */
  driver: reading(line),
  /** It should be off; null: on. Why; null: nobody said anything. */
  off: reading(z.literal(true)),
  why: reading(screenWhy),
  /** Since when it is not known to be on; null: it is. */
  unlit: reading(msUtc),
  /** Since when what switches it has come to nothing; null: it does as it is told, or says what it is. */
  fails: reading(msUtc),
  /** How bright the screen says that it is. */
  light: reading(percent),
  /** The screen's hours (`hoursKey`), and what was said by hand and still stands; null: none, nothing. */
  hours: reading(line),
  hand: reading(z.object({ on: z.boolean(), until: msUtc.nullable() })),
  dim: reading(z.object({ percent, until: msUtc.nullable() })),
  /** What it was ordered of downloads (`limitsKey`); null: nothing. */
  dl: reading(line),
  /** It was ordered to take a picture of its glass every so many minutes; null: none. */
  shots: reading(count),
  /** What its line has carried in this month of its zone, both directions, MB; where `tx` is unknown by the player's own connections alone. */
  mb: reading(count),
  /** What came of the last order to run another version of the player; null: there was none. */
  upd: reading(updateTold),
  /** Since when its disk has too little room for the journal, or takes no record; null: it keeps what is played. */
  diskFails: reading(msUtc),
  /** The last one since the player started; null also where there was none. */
  fault: reading(z.object({ code: z.string().max(64), at: msUtc })),
});
export type BoardStatus = z.infer<typeof boardStatus>;
export type Reading = keyof BoardStatus;

/** What a player says of its screen. */
export const screenReadings = ['driver', 'off', 'why', 'unlit', 'fails', 'light', 'hours', 'hand', 'dim'] as const;

/** A board of which nothing is known. */
export const unknownStatus = boardStatus.parse({});

/**
 * Body of `statusReportedV1`. What a full one leaves out is unknown, what another leaves out is as told before in this connection. `whole`:
 * so is all that is known to the player, to the digit.
 */
export const statusReport = z
  .object({ full: z.boolean(), whole: z.literal(true).optional(), status: z.record(z.string(), z.unknown()) })
  .transform(({ full, whole, status }) => {
    const known = boardStatus.parse(status);
    const told = full
      ? known
      : Object.fromEntries(Object.entries(known).filter(([name]) => Object.hasOwn(status, name)));
    return { full, ...(whole ? { whole } : {}), status: told as Partial<BoardStatus> };
  });
/** As it is sent. */
export type StatusReport = { full: boolean; whole?: true; status: Partial<BoardStatus> };

/** All that is known. */
export const fullReport = (status: BoardStatus): StatusReport => ({
  full: true,
  status: Object.fromEntries(Object.entries(status).filter(([, value]) => value !== null)),
});

/** All that is known, to whoever was told before: what has not changed since is not said again. */
export const fullAgain = (told: BoardStatus, now: BoardStatus): StatusReport => ({
  full: false,
  whole: true,
  status: Object.fromEntries(
    Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(told[name as Reading])),
  ),
});

/**
 * What is told between two full reports. A number: when a reading has moved by so much or more since it was told; `changed`: when it is
 * another; `along`: with anything else that is told, so that all readings are of one time. Whatever becomes known or unknown is told.
 */
export const thresholds: Record<Reading, number | 'changed' | 'along'> = {
  app: 'changed',
  os: 'changed',
  up: 'along',
  cpu: 30,
  mem: 10,
  memMb: 'along',
  disk: 5,
  freeMb: 'along',
  temp: 5,
  net: 'changed',
  operator: 'changed',
  radio: 'changed',
  signal: 25,
  tx: 'along',
  rx: 'along',
  clock: 'changed',
  offset: 2_000,
  cut: 'changed',
  volume: 'changed',
  driver: 'changed',
  off: 'changed',
  why: 'changed',
  unlit: 'changed',
  fails: 'changed',
  light: 5,
  hours: 'changed',
  hand: 'changed',
  dim: 'changed',
  dl: 'changed',
  shots: 'changed',
  mb: 'along',
  upd: 'changed',
  diskFails: 'changed',
  fault: 'changed',
};

/** What is to be told, given what was told; empty: nothing. */
export function statusDifference(told: BoardStatus, now: BoardStatus): Partial<BoardStatus> {
  const differs = (name: Reading): boolean => {
    const [threshold, before, after] = [thresholds[name], told[name], now[name]];
    if ((before === null) !== (after === null)) return true;
    if (threshold === 'along') return false;
    if (typeof threshold === 'number' && typeof before === 'number' && typeof after === 'number')
      return Math.abs(after - before) >= threshold;
    return JSON.stringify(before) !== JSON.stringify(after);
  };
  const all = Object.keys(thresholds) as Reading[];
  const names = all.filter(differs);
  const along =
    names.length === 0 ? [] : all.filter((name) => thresholds[name] === 'along' && now[name] !== told[name]);
  return Object.fromEntries([...names, ...along].map((name) => [name, now[name]]));
}

/** What is known after a report. @param before null: nothing was */
export const statusAfter = (before: BoardStatus | null, { full, status }: StatusReport): BoardStatus =>
  boardStatus.parse(full ? status : { ...before, ...status });

/** Known only to those who look after the board: how it is connected, and by whose SIM card. */
export const networkReadings = ['net', 'operator', 'radio', 'signal', 'tx', 'rx', 'mb'] as const;

/** GET /api/boards/:id/status → what its player said last; `status` null: nothing so far. */
export const statusAnswer = z.object({
  status: boardStatus.nullable(),
  /** When the CMS heard it, ms UTC. */
  at: msUtc.nullable(),
  /** The asker may not see `networkReadings`; they are null. */
  networkWithheld: z.boolean(),
});
export type StatusAnswer = z.infer<typeof statusAnswer>;
