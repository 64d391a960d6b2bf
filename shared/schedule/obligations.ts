/**
 * How obligations are woven in. Each has a fixed grid of due instants that is its own: it hangs on the minute of the hour at which its
 * window opens and on its id, and not on what else a programme holds, so that publishing does not move it. At the end of an item the
 * obligation that has been due longest plays.
 *
 * Why every full hour, counted from that minute, holds n = perHour whole plays: if a play of length d always starts within J (the
 * jitter) of its due instant, the n-th instant of an hour must come at most H - J - d after its beginning. Each hour has the same m
 * instants, H / m apart, where m is the smallest number from n on with which it does: n itself unless items are long for the rate.
 * Within a day the delay is at most the longest base item (the one just begun when a play fell due), plus
 * one play of every obligation ahead of it (while the total load is below 1), plus what midnight wastes, at which no play may be cut:
 * less than one play. What a day has played just before its end depends on all days before it, and nobody looks back for ever: a day begins with
 * everything that fell due within that delay before it, played already or not. Such a queue can hold one more play of every
 * obligation than would have been late otherwise, which J allows for.
 */
import type { ObligationPart, PlaylistPart, Programme } from '../protocol/programme.ts';
import { parseCron, type ParsedCron } from './cron.ts';
import type { OpenWindow } from './windows.ts';
import { Zone } from './zone.ts';

const hourMs = 3_600_000;
/** The weave may fill this share of an hour with obligations to keep the promise; the rest is left to the playlist. */
const fullest = 0.97;
const shortestPatienceMs = 600_000;
/** A zone's offset is asked for then: hours begin at the same minute all year. */
const anyDay = Date.UTC(2026, 0, 1);

export interface Weave {
  readonly obligations: readonly WovenObligation[];
  /** What fell due this long before midnight may not have been played then, ms. */
  readonly carryMs: number;
  /** A play is owed for at most this long after its due instant; only where the promise cannot be kept does it come to that. ms */
  readonly patienceMs: number;
  readonly load: ObligationLoad;
}

export interface WovenObligation {
  readonly part: ObligationPart;
  readonly lengthMs: number;
  /** Its hours begin so long after full ones since the Unix epoch, ms. */
  readonly hourPhaseMs: number;
  /** Due so many times in each of its hours, evenly, … */
  readonly times: number;
  /** … the first time so long after its beginning, ms. */
  readonly phaseMs: number;
}

/** What all obligations of a programme together ask for, as if all were open at once. */
export interface ObligationLoad {
  /** Share of an hour that the required plays alone fill; above 1 they cannot all be kept. */
  readonly share: number;
  /** Share that they fill as woven: a little more, so that every full hour holds whole plays. */
  readonly wovenShare: number;
  /** Whether every full hour is sure to hold every required play. */
  readonly guaranteed: boolean;
}

type LoadInput = Pick<Programme, 'obligations' | 'notices' | 'playlists' | 'entries' | 'defaultPlaylistId'>;

/** What the obligations of a programme ask for, so that a CMS can warn or refuse before it publishes. */
export function obligationLoad(programme: LoadInput): ObligationLoad {
  return loadOf(programme).load;
}

/** A notice that every full hour has to hold `perHour` times. */
export interface Required {
  readonly perHour: number;
  readonly lengthMs: number;
}

/** Whether every full hour can be sure to hold all of them, beside base items of at most this length. */
export function fitEveryHour(required: readonly Required[], longestItemMs = 0): boolean {
  return gridsOf(required, longestItemMs).guaranteed;
}

/** How often each is due in an hour, how late plays may come, ms, and whether every full hour is sure to hold them. */
function gridsOf(required: readonly Required[], longestItemMs: number) {
  const longest = Math.max(0, ...required.map((o) => o.lengthMs));
  const sum = required.reduce((total, o) => total + o.lengthMs, 0);
  const carryMs = Math.max(longestItemMs, longest) + sum + longest;
  const jitterMs = carryMs + sum;
  const times = required.map((o) => timesOf(o, jitterMs));
  const share = required.reduce((total, o, i) => total + (o.lengthMs * times[i]!) / hourMs, 0);
  const guaranteed = share <= fullest;
  return { carryMs, jitterMs, guaranteed, times: guaranteed ? times : required.map(({ perHour }) => perHour) };
}

/** The fewest even instants of an hour of which the first `perHour` leave room for a late play each; Infinity: none do. */
function timesOf({ perHour, lengthMs }: Required, jitterMs: number): number {
  const room = hourMs - lengthMs - jitterMs;
  if (room < 0 || (room === 0 && perHour > 1)) return Infinity;
  return Math.max(perHour, Math.ceil(((perHour - 1) * hourMs) / room));
}

/** What is asked for by all obligations whose notice is in the programme, in their order. */
function loadOf(programme: LoadInput) {
  const asked = programme.obligations
    .flatMap((part) => {
      const notice = programme.notices.get(part.noticeId);
      return notice ? [{ part, perHour: part.perHour, lengthMs: notice.durationMs }] : [];
    })
    .sort((a, b) => a.part.order - b.part.order || compareIds(a.part.obligationId, b.part.obligationId));
  const grids = gridsOf(asked, longestItem(programme));
  const shareOf = (timesOf: (i: number) => number): number =>
    asked.reduce((total, o, i) => total + (o.lengthMs * timesOf(i)) / hourMs, 0);
  const load: ObligationLoad = {
    share: shareOf((i) => asked[i]!.perHour),
    wovenShare: shareOf((i) => grids.times[i]!),
    guaranteed: grids.guaranteed,
  };
  return { asked, ...grids, load };
}

/** The grids of all obligations whose notice is in the programme. */
export function weaveOf(programme: LoadInput & Pick<Programme, 'zone'>): Weave {
  const { asked, carryMs, jitterMs, guaranteed, times, load } = loadOf(programme);
  const zone = new Zone(programme.zone);
  const obligations = asked.map(({ part, lengthMs }, i): WovenObligation => {
    const often = times[i]!;
    return {
      part,
      lengthMs,
      hourPhaseMs: hourPhaseOf(parseCron(part.cron), zone),
      times: often,
      phaseMs: phaseOf(part, lengthMs, often, guaranteed ? jitterMs : 0),
    };
  });
  return { obligations, carryMs, patienceMs: Math.max(jitterMs, shortestPatienceMs), load };
}

/** The hours of a window are counted from the minute at which it opens; ms after the full hours since the Unix epoch. */
export function hourPhaseOf(cron: ParsedCron, zone: Zone): number {
  const ahead = zone.spanAt(anyDay).offsetMinutes ?? 0;
  return ((((cron.firstMinute - ahead) % 60) + 60) % 60) * 60_000;
}

/**
 * Where in its period an obligation falls due: by its id alone, so that several are spread and none moves when another comes or goes.
 * It is halved until each hour has room for all plays.
 */
function phaseOf(part: ObligationPart, lengthMs: number, times: number, jitterMs: number): number {
  // A window that is open for less would end before the first.
  if (part.durationMs < hourMs) return 0;
  const room = hourMs - lengthMs - jitterMs - ((part.perHour - 1) * hourMs) / times;
  let phase = (spreadOf(part.obligationId) * hourMs) / times;
  while (phase > Math.max(0, room)) phase = phase < 1_000 ? 0 : phase / 2;
  return Math.floor(phase);
}

/** 0 ≤ x < 1, by the last eight digits of an id read backwards, bit by bit: the bits that differ most weigh most. */
function spreadOf(id: string): number {
  let bits = parseInt(id.slice(-8), 16);
  let spread = 0;
  for (let weight = 0.5; bits > 0; weight /= 2, bits = Math.floor(bits / 2)) if (bits % 2 === 1) spread += weight;
  return spread;
}

/** The full hour of its window that holds `instant` begins then. */
export function hourOf({ hourPhaseMs }: WovenObligation, instant: number): number {
  return Math.floor((instant - hourPhaseMs) / hourMs) * hourMs + hourPhaseMs;
}

/** The n-th due instant since the Unix epoch, and the first n whose instant is at or after another. Whole numbers throughout. */
const dueOf = (o: WovenObligation, n: number): number => o.hourPhaseMs + o.phaseMs + Math.floor((n * hourMs) / o.times);
const countTo = (o: WovenObligation, instant: number): number =>
  Math.ceil(((instant - o.hourPhaseMs - o.phaseMs) * o.times) / hourMs);

/** The first due instant at or after `instant`. */
export function firstDue(obligation: WovenObligation, instant: number): number {
  return dueOf(obligation, countTo(obligation, instant));
}

/** The due instant after one; what is late by what was forgiven stays late by as much. */
export function nextDue(obligation: WovenObligation, due: number): number {
  const n = countTo(obligation, due + 1);
  return due + dueOf(obligation, n) - dueOf(obligation, n - 1);
}

/** The oldest due instant not yet played, by obligation. */
export type Owed = ReadonlyMap<WovenObligation, number>;

/**
 * What may be owed at `midnight` of the evening before: what fell due within `carryMs` while the obligation was open, up to midnight.
 * @param openings when the obligation of that index is open, from `carryMs` before midnight on
 */
export function owedAt(
  obligations: readonly WovenObligation[],
  openings: readonly (OpenWindow & { readonly index: number })[],
  midnight: number,
  carryMs: number,
): Owed {
  const owed = new Map<WovenObligation, number>();
  // Latest end first, so that windows that touch count as one.
  const before = openings.filter(({ start }) => start < midnight).sort((a, b) => b.end - a.end);
  for (const [index, obligation] of obligations.entries()) {
    let since = midnight;
    for (const open of before) if (open.index === index && open.end >= since) since = Math.min(since, open.start);
    if (since < midnight) owed.set(obligation, firstDue(obligation, Math.max(since, midnight - carryMs)));
  }
  return owed;
}

export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function longestItem(programme: LoadInput): number {
  const used = new Set([programme.defaultPlaylistId, ...programme.entries.map((entry) => entry.playlistId)]);
  let longest = 0;
  for (const id of used) {
    const playlist: PlaylistPart | undefined = id === null ? undefined : programme.playlists.get(id);
    for (const item of playlist?.items ?? []) {
      longest = Math.max(longest, item.durationMs ?? programme.notices.get(item.noticeId)?.durationMs ?? 0);
    }
  }
  return longest;
}
