/**
 * What an incident of boards is, and what it may come from, by its evidence alone: what is not known stays so. Boards that went together
 * are one incident. Of a board that is away board-absence.ts says what is known of it by itself; this adds what it has in common with
 * others, and what its machine said when it was back.
 */
import { z } from 'zod';
import { absenceEvidence, absenceOf, togetherMs, type Suspicion } from './board-absence.ts';
import { msUtc } from './common.ts';
import { budgetWarnsAt } from './downloads.ts';
import { screenHours, screenWhy } from './screen.ts';

/**
 * away: the board is not heard of. The others are of boards that are there, and told by what is wrong with them. dark: the screen is off
 * and should not be. screen_failed: what switches it comes to nothing, and it should be on. disk_failed: it may not keep what is played.
 * data_low, data_spent: of the month's data little is left, nothing is.
 */
export const incidentAbout = z.enum([
  'away',
  'restarting',
  'unproved',
  'programme_refused',
  'journal_fork',
  'dark',
  'screen_failed',
  'disk_failed',
  'data_low',
  'data_spent',
]);
export type IncidentAbout = z.infer<typeof incidentAbout>;

/**
 * What it most likely comes from. area: power or network of the place, which nothing tells apart; server: the CMS's own line. data: what
 * the player counted, and so no guess.
 */
export const incidentKind = z.enum([
  'power',
  'network',
  'area',
  'server',
  'sim',
  'player',
  'screen',
  'data',
  'unknown',
]);
export type IncidentKind = z.infer<typeof incidentKind>;

export const incidentEvidence = z.strictObject({
  /** Boards that were there when it began, in its unit and below, and how many of them went within `togetherMs`. */
  there: z.int(),
  gone: z.int(),
  /** From the first to the last of those, ms. */
  spanMs: z.int(),
  /** No board of the installation is online. */
  nobody: z.boolean(),
  /** Of the board that went first; null: not looked into. */
  absence: absenceEvidence.nullable(),
  /**
   * Of those that are back, by what their machines and players said then: the machine had started meanwhile; it had run on; it had run on
   * and the player had started.
   */
  back: z.strictObject({ started: z.int(), ranOn: z.int(), playerStarted: z.int() }),
  /** Of a player that keeps restarting: how long its machine had been running, ms; null: not known. */
  machineUpMs: z.int().nullable(),
  /** Of the board that came first, when it was told of: what its line had carried of its budget for a month («2026-11»), and the end of that. */
  data: z
    .strictObject({ usedMb: z.number(), limitMb: z.number(), month: z.string(), until: msUtc })
    .nullable()
    .default(null),
  /** Of the board that came first: what switches its screen, why it should be on, the hours it was ordered, and what the driver said. */
  screen: z
    .strictObject({
      driver: z.string().nullable(),
      why: screenWhy.nullable(),
      hours: screenHours.nullable(),
      said: z.string().nullable(),
    })
    .nullable()
    .default(null),
});
export type IncidentEvidence = z.infer<typeof incidentEvidence>;

/** From this share of the boards that were there, several that went together have their unit in common. */
const commonShare = 2 / 3;
/** A machine that has been up for as long did not restart with its player, ms. */
const steadyMs = 3_600_000;

export const isCommon = (gone: number, there: number): boolean => gone >= 2 && gone >= there * commonShare;

const kindOfSuspicion: Record<Suspicion, IncidentKind> = {
  restored: 'unknown',
  brief: 'unknown',
  server: 'server',
  area: 'area',
  power: 'power',
  sim: 'sim',
  player: 'player',
  signal: 'network',
  own: 'unknown',
  unknown: 'unknown',
};

/** @param now ms UTC */
export function incidentKindOf(about: IncidentAbout, evidence: IncidentEvidence, now: number): IncidentKind {
  if (about === 'restarting') {
    if (evidence.machineUpMs === null) return 'unknown';
    return evidence.machineUpMs >= steadyMs ? 'player' : 'power';
  }
  if (about === 'data_low' || about === 'data_spent') return 'data';
  if (about === 'dark') return 'screen';
  // The program is not on the machine, or may not be run there: of the screen itself that says nothing.
  if (about === 'screen_failed') return /\bENOENT\b|\bEACCES\b/.test(evidence.screen?.said ?? '') ? 'player' : 'screen';
  if (about !== 'away') return 'player';
  // What machines said themselves is more than a guess.
  const { started, ranOn, playerStarted } = evidence.back;
  if (started > 0 && ranOn === 0) return 'power';
  if (ranOn > 0 && started === 0) return playerStarted === ranOn ? 'player' : evidence.nobody ? 'server' : 'network';
  if (isCommon(evidence.gone, evidence.there)) return evidence.nobody ? 'server' : 'area';
  return evidence.absence ? kindOfSuspicion[absenceOf(evidence.absence, now).suspicion] : 'unknown';
}

/** How much of a month's data is gone. @returns null: enough is left */
export const budgetTrouble = (usedMb: number, limitMb: number): 'data_low' | 'data_spent' | null =>
  usedMb >= limitMb ? 'data_spent' : usedMb >= limitMb * budgetWarnsAt ? 'data_low' : null;

/** A board as it stands. */
export interface Standing {
  readonly boardId: string;
  readonly unitId: string;
  /** Since when it has had the trouble, ms UTC; null: it has none. */
  readonly since: number | null;
}

/** Of incidents that go on, which boards may join: those of its unit and below that went within `togetherMs` of its beginning. */
export interface OpenIncident {
  readonly id: string;
  readonly unitId: string;
  readonly since: number;
}

export interface NewIncident {
  readonly unitId: string;
  readonly boards: readonly (Standing & { readonly since: number })[];
  readonly there: number;
  readonly gone: number;
  readonly spanMs: number;
}

type Troubled = Standing & { readonly since: number };

/**
 * Puts boards into incidents: those of one unit that went together are one, and where two thirds of all boards under a unit did, they are
 * one of that unit, however many.
 * @param all every board that has a player, also those that are in no trouble
 * @param isTaken whether the board is in an incident already
 * @param isDue whether its trouble has lasted for long enough to be told of; those that went together are told of together
 * @param pathOf units from the root to the one given
 */
export function planIncidents(
  all: readonly Standing[],
  open: readonly OpenIncident[],
  {
    isTaken,
    isDue,
    pathOf,
  }: {
    isTaken: (boardId: string) => boolean;
    isDue: (board: Troubled) => boolean;
    pathOf: (unitId: string) => readonly string[];
  },
): { opened: NewIncident[]; joined: { incidentId: string; board: Troubled }[] } {
  const paths = new Map<string, readonly string[]>();
  const reach = (unitId: string): readonly string[] => {
    let path = paths.get(unitId);
    if (!path) {
      path = pathOf(unitId);
      if (path.length === 0) path = [unitId];
      paths.set(unitId, path);
    }
    return path;
  };
  const openOf = Map.groupBy(open, ({ unitId }) => unitId);
  const joined: { incidentId: string; board: Troubled }[] = [];
  let left: Troubled[] = [];
  const due = new Set<string>();
  for (const board of all) {
    if (board.since === null || isTaken(board.boardId)) continue;
    const troubled = { ...board, since: board.since };
    const into = reach(board.unitId)
      .flatMap((id) => openOf.get(id) ?? [])
      .find(({ since }) => Math.abs(troubled.since - since) <= togetherMs);
    if (into) joined.push({ incidentId: into.id, board: troubled });
    else {
      left.push(troubled);
      if (isDue(troubled)) due.add(board.boardId);
    }
  }
  left = left.toSorted((a, b) => a.since - b.since);

  const opened: NewIncident[] = [];
  const thereAt = countThere(all, reach);
  const lastDue = left.findLastIndex(({ boardId }) => due.has(boardId));
  let next = 0;
  while (next <= lastDue) {
    const begin = left[next]!.since;
    const wave: Troubled[] = [];
    for (; next < left.length && left[next]!.since <= begin + togetherMs; next++) wave.push(left[next]!);
    if (!wave.some(({ boardId }) => due.has(boardId))) continue;
    for (const group of groupsOf(wave, thereAt(begin), reach))
      if (group.boards.some(({ boardId }) => due.has(boardId))) opened.push(group);
  }
  return { opened, joined };
}

/** How many boards of each unit and below were there at a time: those that went before were not. Asked for times that rise. */
function countThere(
  all: readonly Standing[],
  reach: (unitId: string) => readonly string[],
): (at: number) => ReadonlyMap<string, number> {
  const there = new Map<string, number>();
  const add = (unitId: string, n: number): void => {
    for (const id of reach(unitId)) there.set(id, (there.get(id) ?? 0) + n);
  };
  const troubled: { unitId: string; since: number }[] = [];
  for (const { unitId, since } of all) {
    add(unitId, 1);
    if (since !== null) troubled.push({ unitId, since });
  }
  troubled.sort((a, b) => a.since - b.since);
  let next = 0;
  return (at) => {
    for (; next < troubled.length && troubled[next]!.since < at; next++) add(troubled[next]!.unitId, -1);
    return there;
  };
}

/** Boards of a wave, each in the widest unit that it has in common with others. @param there boards of each unit when it began */
function groupsOf(
  wave: readonly Troubled[],
  there: ReadonlyMap<string, number>,
  reach: (unitId: string) => readonly string[],
): NewIncident[] {
  const gone = new Map<string, number>();
  /** The child of a unit through which boards went: the unit itself has something in common only when there are several. */
  const through = new Map<string, Set<string>>();
  for (const { unitId } of wave) {
    const path = reach(unitId);
    path.forEach((id, i) => {
      gone.set(id, (gone.get(id) ?? 0) + 1);
      const below = through.get(id) ?? new Set();
      through.set(id, below.add(path[i + 1] ?? id));
    });
  }
  const commonOf = (unitId: string): string =>
    reach(unitId).find((id) => through.get(id)!.size > 1 && isCommon(gone.get(id)!, there.get(id)!)) ?? unitId;
  return [...Map.groupBy(wave, ({ unitId }) => commonOf(unitId))].map(([unitId, boards]) => ({
    unitId,
    boards,
    there: there.get(unitId)!,
    gone: gone.get(unitId)!,
    spanMs: boards.at(-1)!.since - boards[0]!.since,
  }));
}

/** Hours of the local day, minutes from midnight; of equal ones, the whole day. */
export interface WatchHours {
  readonly from: number;
  readonly to: number;
}

/**
 * For how long a board has been in trouble by the hours that are watched: those of this day, and of the night where they span it.
 * @param since ms UTC
 * @param minuteOfDay of `now`, by the board's clock
 * @returns ms; null: these hours are not watched
 */
export function watchedFor(since: number, now: number, minuteOfDay: number, { from, to }: WatchHours): number | null {
  if (from === to) return now - since;
  const isWatched = from < to ? minuteOfDay >= from && minuteOfDay < to : minuteOfDay >= from || minuteOfDay < to;
  if (!isWatched) return null;
  const begun = now - ((minuteOfDay - from + 1440) % 1440) * 60_000 - (now % 60_000);
  return now - Math.max(since, begun);
}

/** Days before the end of what is paid for on which people are reminded; 0: on its last day. */
export const reminderDays = [30, 7, 1, 0] as const;
/** After its end it is still told of for as long, where nobody could be told before, days. */
const lateDays = 7;

/** @param daysLeft whole days from today to the last day; below 0: it has ended. @returns which reminder is due, or null */
export const reminderDue = (daysLeft: number): (typeof reminderDays)[number] | null =>
  daysLeft < -lateDays ? null : (reminderDays.findLast((step) => daysLeft <= step) ?? null);

/** One reminder of a board: its SIM card or warranty lasts until `until` (the first moment without, ms UTC). */
export const reminder = z.strictObject({
  boardId: z.uuid(),
  boardName: z.string(),
  what: z.enum(['sim', 'warranty']),
  until: msUtc,
});
export type Reminder = z.infer<typeof reminder>;
