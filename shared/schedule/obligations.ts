/**
 * How obligations are woven in. Each has a fixed grid of due instants, the same on every board and on every day, because it
 * is counted from the Unix epoch; at the end of an item the obligation that has been due longest plays.
 *
 * Why every full hour holds n = perHour whole plays: if a play of length d always starts within J (the jitter) of its due
 * instant, those due in the first H - J - d of any hour of length H are whole inside it. A grid of period (H - J - d) / n has at
 * least n instants there. Within a day the delay is at most the longest base item (the one just begun when a play fell due), plus
 * one play of every obligation ahead of it (while the total load is below 1), plus what midnight wastes, at which no play may be cut:
 * less than one play. What a day has played just before its end depends on all days before it, and nobody looks back for ever: a day begins with
 * everything that fell due within that delay before it, played already or not. Such a queue can hold one more play of every
 * obligation than would have been late otherwise, which J allows for.
 */
import type { ObligationPart, PlaylistPart, Programme } from '../protocol/programme.ts';
import type { OpenWindow } from './windows.ts';

const hourMs = 3_600_000;
/** The weave may fill this share of an hour with obligations to keep the promise; the rest is left to the playlist. */
const fullest = 0.97;
const shortestPatienceMs = 600_000;

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
  /** Due at every `phaseMs + k * periodMs` after the Unix epoch. */
  readonly periodMs: number;
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

type WeaveInput = Pick<Programme, 'obligations' | 'notices' | 'playlists' | 'entries' | 'defaultPlaylistId'>;

/** What the obligations of a programme ask for, so that a CMS can warn or refuse before it publishes. */
export function obligationLoad(programme: WeaveInput): ObligationLoad {
  return weaveOf(programme).load;
}

/** A notice that every full hour has to hold `perHour` times. */
export interface Required {
  readonly perHour: number;
  readonly lengthMs: number;
}

/** Whether every full hour can be sure to hold all of them, beside base items of at most this length. */
export function fitEveryHour(required: readonly Required[], longestItemMs = 0): boolean {
  const { wanted, jitterMs } = delaysOf(required, longestItemMs);
  return jitterMs === wanted;
}

/** How late plays may come, ms: with the promise kept (`wanted`), and with the room there is (`jitterMs`, at most as much). */
function delaysOf(required: readonly Required[], longestItemMs: number) {
  const longest = Math.max(0, ...required.map((o) => o.lengthMs));
  const sum = required.reduce((total, o) => total + o.lengthMs, 0);
  const carryMs = Math.max(longestItemMs, longest) + sum + longest;
  const wanted = carryMs + sum;
  const shareWith = (jitter: number): number =>
    required.reduce((total, o) => {
      const period = periodOf(o, jitter);
      return period <= 0 ? Infinity : total + o.lengthMs / period;
    }, 0);
  return { carryMs, wanted, jitterMs: shareWith(wanted) <= fullest ? wanted : largestJitter(shareWith, wanted) };
}

const periodOf = ({ perHour, lengthMs }: Required, jitterMs: number): number =>
  Math.floor((hourMs - lengthMs - jitterMs) / perHour);

/** The grids of all obligations whose notice is in the programme. */
export function weaveOf(programme: WeaveInput): Weave {
  const asked = programme.obligations
    .flatMap((part) => {
      const notice = programme.notices.get(part.noticeId);
      return notice ? [{ part, lengthMs: notice.durationMs }] : [];
    })
    .sort((a, b) => a.part.order - b.part.order || compareIds(a.part.obligationId, b.part.obligationId));
  const required = asked.map(({ part, lengthMs }) => ({ perHour: part.perHour, lengthMs }));
  const { carryMs, wanted, jitterMs } = delaysOf(required, longestItem(programme));
  const obligations = asked.map((o, i) => {
    const period = periodOf(required[i]!, jitterMs);
    // A notice of an hour or more cannot be whole in every hour; its grid must still move on.
    const periodMs = period > 0 ? period : Math.ceil(hourMs / o.part.perHour);
    return { ...o, periodMs, phaseMs: Math.floor((periodMs * i) / asked.length) };
  });
  const share = required.reduce((total, o) => total + (o.lengthMs * o.perHour) / hourMs, 0);
  const wovenShare = obligations.reduce((total, o) => total + o.lengthMs / o.periodMs, 0);
  return {
    obligations,
    carryMs,
    patienceMs: Math.max(wanted, shortestPatienceMs),
    load: { share, wovenShare, guaranteed: jitterMs === wanted },
  };
}

/** The first due instant at or after `instant`. */
export function firstDue(obligation: WovenObligation, instant: number): number {
  const { phaseMs, periodMs } = obligation;
  return phaseMs + Math.ceil((instant - phaseMs) / periodMs) * periodMs;
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

/** The largest jitter, to the millisecond, with which the obligations still leave room. */
function largestJitter(shareWith: (jitter: number) => number, wanted: number): number {
  let low = 0;
  let high = wanted;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (shareWith(middle) <= fullest) low = middle;
    else high = middle;
  }
  return low;
}

function longestItem(programme: WeaveInput): number {
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
