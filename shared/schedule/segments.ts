/** Segments: the longest intervals of a local day with the same winner, the same active obligations and the same valid items. */
import type { Programme } from '../protocol/programme.ts';
import type { ParsedCron } from './cron.ts';
import { compareIds, type WovenObligation } from './obligations.ts';
import type { Cycle, CycleItem, PlayableLists } from './playable-lists.ts';
import { openWindows, type OpenWindow, type WindowFields } from './windows.ts';
import type { LocalDay, Zone } from './zone.ts';

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
  readonly zone: Zone;
  readonly entryCrons: readonly ParsedCron[];
  readonly obligations: readonly WovenObligation[];
  readonly obligationCrons: readonly ParsedCron[];
}

type Opening = OpenWindow & { readonly index: number };

/** When what is open, for one or more days: the slow part of finding segments. */
export interface Openings {
  readonly entries: readonly Opening[];
  readonly obligations: readonly Opening[];
}

/** What is open in [from, to). */
export function openingsOf(source: SegmentSource, from: number, to: number): Openings {
  const find = (parts: readonly WindowFields[], crons: readonly ParsedCron[]): Opening[] =>
    parts
      .flatMap((part, index) =>
        openWindows(part, source.zone, from, to, crons[index]!).map(({ start, end }) => ({ start, end, index })),
      )
      .sort((a, b) => a.start - b.start);
  return {
    entries: find(source.programme.entries, source.entryCrons),
    obligations: find(
      source.obligations.map((o) => o.part),
      source.obligationCrons,
    ),
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
  const entries = new Sweep(openings.entries);
  const obligations = new Sweep(openings.obligations);
  const segments: Segment[] = [];
  let base: Cycle | null = null;
  let active: number[] = [];
  for (let i = 0; i + 1 < instants.length; i++) {
    const start = instants[i]!;
    const end = instants[i + 1]!;
    const winner = winnerAt(programme, entries.at(start), lists, start);
    const open = obligations.at(start);
    const nowActive = obligations.changed ? [...new Set(open.map((o) => o.index))].sort((a, b) => a - b) : active;
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

function instantsOf(openings: Openings, changes: readonly (readonly number[])[], day: LocalDay): number[] {
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

/** Openings that hold an instant, asked for ascending instants. */
class Sweep {
  /** Whether the last answer differs from the one before. */
  changed = true;
  readonly #openings: readonly Opening[];
  #next = 0;
  #open: Opening[] = [];

  constructor(openings: readonly Opening[]) {
    this.#openings = openings;
  }

  at(instant: number): readonly Opening[] {
    const ended = this.#open.some((open) => open.end <= instant);
    if (ended) this.#open = this.#open.filter((open) => open.end > instant);
    const before = this.#next;
    for (let open = this.#openings[this.#next]; open && open.start <= instant; open = this.#openings[++this.#next]) {
      if (open.end > instant) this.#open.push(open);
    }
    this.changed = ended || this.#next > before;
    return this.#open;
  }
}

/** Nothing to play: obligations in turn, or the fallback. */
const nothing: Cycle = { items: [] };

/**
 * The winning window: highest priority, then later start, then smaller id. A window whose playlist has nothing to play
 * does not take part, so that it cannot blank the board. Then the default playlist; then nothing, which is the fallback.
 */
function winnerAt(programme: Programme, open: readonly Opening[], lists: PlayableLists, instant: number): Cycle {
  let best: Cycle | null = null;
  let bestOpening: Opening | null = null;
  for (const opening of open) {
    if (bestOpening && !beats(programme, opening, bestOpening)) continue;
    const entry = programme.entries[opening.index]!;
    const base = lists.at(entry.playlistId, 'schedule', entry.entryId, instant);
    if (!base) continue;
    best = base;
    bestOpening = opening;
  }
  const { defaultPlaylistId } = programme;
  return (
    best ??
    (defaultPlaylistId === null ? null : lists.at(defaultPlaylistId, 'loop', defaultPlaylistId, instant)) ??
    nothing
  );
}

function beats(programme: Programme, a: Opening, b: Opening): boolean {
  const [left, right] = [programme.entries[a.index]!, programme.entries[b.index]!];
  return (left.priority - right.priority || a.start - b.start || compareIds(right.entryId, left.entryId)) > 0;
}
