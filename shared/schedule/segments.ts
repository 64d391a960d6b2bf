/** Segments: the longest intervals of a local day with the same winner, the same active obligations and the same valid items. */
import type { Why } from '../protocol/journal.ts';
import type { PlaylistPart, Programme } from '../protocol/programme.ts';
import type { ParsedCron } from './cron.ts';
import { compareIds, type WovenObligation } from './obligations.ts';
import { openWindows, type OpenWindow, type WindowFields } from './windows.ts';
import type { LocalDay, Zone } from './zone.ts';

/** Something that takes its turn in a segment's cycle. */
export interface CycleItem {
  readonly noticeId: string;
  readonly lengthMs: number;
  readonly why: Why;
}

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
      .flatMap((part, index) => openWindows(part, source.zone, from, to, crons[index]!).map(({ start, end }) => ({ start, end, index })))
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
  const { programme } = source;
  const lists = new ValidItems(programme);
  const instants = instantsOf(openings, lists.changes(openings.entries), day);
  const entries = new Sweep(openings.entries);
  const obligations = new Sweep(openings.obligations);
  const segments: Segment[] = [];
  let base: Base | null = null;
  let active: number[] = [];
  for (let i = 0; i + 1 < instants.length; i++) {
    const start = instants[i]!;
    const end = instants[i + 1]!;
    const winner = winnerAt(programme, entries.at(start), lists, start);
    const open = obligations.at(start);
    const nowActive = obligations.changed ? [...new Set(open.map((o) => o.index))].sort((a, b) => a - b) : active;
    const last = segments.at(-1);
    if (last && winner === base && sameNumbers(active, nowActive)) last.end = end;
    else segments.push({ start, end, items: winner.items, obligations: nowActive.map((index) => source.obligations[index]!) });
    base = winner;
    active = nowActive;
  }
  return segments;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((n, i) => n === b[i]));
}

function instantsOf(openings: Openings, changes: readonly number[], day: LocalDay): number[] {
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
  changes.forEach(add);
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

interface Base {
  readonly items: readonly CycleItem[];
}

/** Nothing to play: obligations in turn, or the fallback. */
const nothing: Base = { items: [] };

/**
 * The winning window: highest priority, then later start, then smaller id. A window whose playlist has nothing to play
 * does not take part, so that it cannot blank the board. Then the default playlist; then nothing, which is the fallback.
 */
function winnerAt(programme: Programme, open: readonly Opening[], lists: ValidItems, instant: number): Base {
  let best: Base | null = null;
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
  return best ?? (defaultPlaylistId === null ? null : lists.at(defaultPlaylistId, 'loop', defaultPlaylistId, instant)) ?? nothing;
}

function beats(programme: Programme, a: Opening, b: Opening): boolean {
  const [left, right] = [programme.entries[a.index]!, programme.entries[b.index]!];
  return (left.priority - right.priority || a.start - b.start || compareIds(right.entryId, left.entryId)) > 0;
}

/** The items of playlists that can be played at an instant; remembered until one of them begins or ends to be valid. */
class ValidItems {
  readonly #programme: Programme;
  /** By the id of the entry, or of the default playlist. */
  readonly #known = new Map<string, { base: Base | null; itemIds: string; until: number }>();

  constructor(programme: Programme) {
    this.#programme = programme;
  }

  /** When an item of a playlist that may win begins or ends to be valid. */
  changes(entries: readonly Opening[]): number[] {
    const ids = new Set<string | null>([this.#programme.defaultPlaylistId]);
    for (const { index } of entries) ids.add(this.#programme.entries[index]!.playlistId);
    return [...ids].flatMap((id) => this.#items(id).flatMap((item) => [item.validFrom ?? 0, item.validTo ?? 0]));
  }

  /** For ascending instants. The same object as long as the same items are valid. */
  at(playlistId: string, kind: 'schedule' | 'loop', whyId: string, instant: number): Base | null {
    const known = this.#known.get(whyId);
    if (known && instant < known.until) return known.base;
    let until = Infinity;
    const items = this.#items(playlistId).filter((item) => {
      for (const change of [item.validFrom, item.validTo]) if (change !== null && change > instant) until = Math.min(until, change);
      return (item.validFrom ?? -Infinity) <= instant && instant < (item.validTo ?? Infinity);
    });
    const itemIds = items.map((item) => item.itemId).join(' ');
    const base = known?.itemIds === itemIds ? known.base : items.length === 0 ? null : this.#base(items, { kind, id: whyId });
    this.#known.set(whyId, { base, itemIds, until });
    return base;
  }

  #base(items: PlaylistPart['items'], why: Why): Base {
    const lengthOf = (item: PlaylistPart['items'][number]): number => item.durationMs ?? this.#programme.notices.get(item.noticeId)!.durationMs;
    return { items: items.map((item) => ({ noticeId: item.noticeId, lengthMs: lengthOf(item), why })) };
  }

  #items(playlistId: string | null): PlaylistPart['items'] {
    const items = playlistId === null ? undefined : this.#programme.playlists.get(playlistId)?.items;
    return items?.filter((item) => this.#programme.notices.has(item.noticeId)) ?? [];
  }
}
