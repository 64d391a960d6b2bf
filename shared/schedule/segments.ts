/** Segments: the longest intervals of a local day with the same winner, the same active obligations and the same valid items. */
import type { Programme } from '../protocol/programme.ts';
import { parseCron, type ParsedCron } from './cron.ts';
import { compareIds, type WovenObligation } from './obligations.ts';
import { PlayableLists, type Cycle, type CycleItem } from './playable-lists.ts';
import { Suspensions } from './suspensions.ts';
import { latestOpenings, type OpenWindow, type WindowFields } from './windows.ts';
import { Zone, type LocalDay } from './zone.ts';

export interface Segment {
  readonly start: number;
  end: number;
  /** The playlist's valid items in order; empty when nothing but obligations or the fallback is left. */
  readonly items: readonly CycleItem[];
  readonly obligations: readonly WovenObligation[];
}

/** A programme with its expressions read, as segments need it. */
export interface SegmentSource {
  readonly programme: Programme;
  readonly lists: PlayableLists;
  readonly suspensions: Suspensions;
  readonly zone: Zone;
  readonly entryCrons: readonly ParsedCron[];
  readonly obligations: readonly WovenObligation[];
  readonly obligationCrons: readonly ParsedCron[];
}

export type Opening = OpenWindow & { readonly index: number };

/** When what is open, for one or more days: the slow part of finding segments. */
export interface Openings {
  readonly entries: readonly Opening[];
  readonly obligations: readonly Opening[];
}

/**
 * @param crons expressions that are read already; what is read is added
 * @throws AppError `cron_invalid`
 */
export function segmentSourceOf(
  programme: Programme,
  obligations: readonly WovenObligation[],
  crons = new Map<string, ParsedCron>(),
): SegmentSource {
  const cronOf = ({ cron }: { cron: string }): ParsedCron => {
    const known = crons.get(cron) ?? parseCron(cron);
    crons.set(cron, known);
    return known;
  };
  const suspensions = new Suspensions(programme);
  return {
    programme,
    lists: new PlayableLists(programme, suspensions),
    suspensions,
    zone: new Zone(programme.zone),
    entryCrons: programme.entries.map(cronOf),
    obligations,
    obligationCrons: obligations.map((o) => cronOf(o.part)),
  };
}

/** What is open in [from, to). */
export function openingsOf(source: SegmentSource, from: number, to: number): Openings {
  const find = (parts: readonly WindowFields[], crons: readonly ParsedCron[]): Opening[] => {
    const found: Opening[] = [];
    for (const [index, part] of parts.entries()) {
      for (const { start, end } of latestOpenings(part, source.zone, from, to, crons[index]!))
        found.push({ start, end, index });
    }
    return found.sort((a, b) => a.start - b.start);
  };
  return {
    entries: find(source.programme.entries, source.entryCrons),
    obligations: find(
      source.obligations.map((o) => o.part),
      source.obligationCrons,
    )
      .flatMap(({ index, ...time }) =>
        source.suspensions
          .rest(source.obligations[index]!.part.noticeId, time)
          .map((rest): Opening => ({ ...rest, index })),
      )
      .sort((a, b) => a.start - b.start),
  };
}

/** The segments of one local day, ascending, without a gap. */
export function segmentsOf(source: SegmentSource, openings: Openings, day: LocalDay): Segment[] {
  const { programme, lists } = source;
  const playlists = new Set<string | null>([programme.defaultPlaylistId]);
  for (const { index } of openings.entries) playlists.add(programme.entries[index]!.playlistId);
  const instants = instantsOf(
    openings,
    [...playlists].map((id) => lists.changesOf(id)),
    day,
  );
  const entries = new Sweep(openings.entries, (a, b) => rank(programme, a, b));
  const obligations = new Sweep(openings.obligations, (a, b) => a.index - b.index);
  const segments: Segment[] = [];
  let base: Cycle | null = null;
  let active: number[] = [];
  for (let i = 0; i + 1 < instants.length; i++) {
    const start = instants[i]!;
    const end = instants[i + 1]!;
    const winner = winnerAt(programme, entries.at(start), lists, start);
    const open = obligations.at(start);
    const nowActive = obligations.changed ? [...new Set(open.map((o) => o.index))] : active;
    const last = segments.at(-1);
    if (last && winner === base && sameNumbers(active, nowActive)) last.end = end;
    else
      segments.push({
        start,
        end,
        items: winner.items,
        obligations: nowActive.map((index) => source.obligations[index]!),
      });
    base = winner;
    active = nowActive;
  }
  return segments;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((n, i) => n === b[i]));
}

/** When something changes in [start, end), ends included, ascending. */
export function instantsOf(openings: Openings, changes: readonly (readonly number[])[], day: LocalDay): number[] {
  const all = new Set([day.start, day.end]);
  const add = (instant: number): void => {
    if (instant > day.start && instant < day.end) all.add(instant);
  };
  for (const list of [openings.entries, openings.obligations]) {
    for (const open of list) {
      add(open.start);
      add(open.end);
    }
  }
  for (const list of changes) list.forEach(add);
  return [...all].sort((a, b) => a - b);
}

/** Openings that hold an instant, in the order of `compare`; asked for ascending instants. */
export class Sweep {
  /** Whether the last answer differs from the one before. */
  changed = true;
  readonly #openings: readonly Opening[];
  readonly #compare: (a: Opening, b: Opening) => number;
  readonly #open: Opening[] = [];
  #next = 0;

  constructor(openings: readonly Opening[], compare: (a: Opening, b: Opening) => number) {
    this.#openings = openings;
    this.#compare = compare;
  }

  /** The list is valid until the next question. */
  at(instant: number): readonly Opening[] {
    const open = this.#open;
    this.changed = false;
    for (let i = open.length - 1; i >= 0; i--) {
      if (open[i]!.end > instant) continue;
      open.splice(i, 1);
      this.changed = true;
    }
    for (let next = this.#openings[this.#next]; next && next.start <= instant; next = this.#openings[++this.#next]) {
      if (next.end <= instant) continue;
      let place = 0;
      while (place < open.length && this.#compare(open[place]!, next) <= 0) place++;
      open.splice(place, 0, next);
      this.changed = true;
    }
    return open;
  }
}

/** Nothing to play: obligations in turn, or the fallback. */
const nothing: Cycle = { items: [] };

/** The winner's cycle. A window whose playlist has nothing to play does not take part, so that it cannot blank the board. */
function winnerAt(programme: Programme, ranked: readonly Opening[], lists: PlayableLists, instant: number): Cycle {
  for (const { index } of ranked) {
    const { playlistId, entryId } = programme.entries[index]!;
    const cycle = lists.at(playlistId, 'schedule', entryId, instant);
    if (cycle) return cycle;
  }
  const { defaultPlaylistId } = programme;
  return (
    (defaultPlaylistId === null ? null : lists.at(defaultPlaylistId, 'loop', defaultPlaylistId, instant)) ?? nothing
  );
}

/** The winning window first: highest priority, then later start, then smaller id. */
export function rank(programme: Programme, a: Opening, b: Opening): number {
  const [left, right] = [programme.entries[a.index]!, programme.entries[b.index]!];
  return right.priority - left.priority || b.start - a.start || compareIds(left.entryId, right.entryId);
}
