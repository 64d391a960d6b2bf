/** Segments: the longest intervals of a local day with the same winner, the same active obligations and the same valid items. */
import type { Why } from '../protocol/journal.ts';
import type { EntryPart, PlaylistPart, Programme } from '../protocol/programme.ts';
import type { ParsedCron } from './cron.ts';
import { compareIds, type WovenObligation } from './obligations.ts';
import { openWindows, type OpenWindow } from './windows.ts';
import type { LocalDay, Zone } from './zone.ts';

/** Something that takes its turn in a segment's cycle. */
export interface CycleItem {
  readonly noticeId: string;
  readonly lengthMs: number;
  readonly why: Why;
}

export interface Segment {
  readonly start: number;
  readonly end: number;
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

/** The segments of one local day, ascending, without a gap. */
export function segmentsOf(source: SegmentSource, day: LocalDay): Segment[] {
  const { programme, zone } = source;
  const entries = openingsOf(programme.entries, source.entryCrons, zone, day);
  const obligations = openingsOf(
    source.obligations.map((o) => o.part),
    source.obligationCrons,
    zone,
    day,
  );
  const lists = new ValidItems(programme);
  const instants = instantsOf([...entries, ...obligations], lists.changes(entries, programme), day);
  const openEntries = new Sweep(entries);
  const openObligations = new Sweep(obligations);
  const segments: Segment[] = [];
  let lastKey = '';
  for (let i = 0; i + 1 < instants.length; i++) {
    const start = instants[i]!;
    const end = instants[i + 1]!;
    const base = winnerAt(programme, openEntries.at(start), lists, start);
    const active = [...new Set(openObligations.at(start).map((o) => o.index))].sort((a, b) => a - b);
    const key = `${base.key};${active.join(' ')}`;
    const last = segments.at(-1);
    if (last && key === lastKey) segments[segments.length - 1] = { ...last, end };
    else segments.push({ start, end, items: base.items, obligations: active.map((index) => source.obligations[index]!) });
    lastKey = key;
  }
  return segments;
}

function openingsOf(parts: readonly EntryPart[] | readonly WovenObligation['part'][], crons: readonly ParsedCron[], zone: Zone, day: LocalDay): Opening[] {
  return parts
    .flatMap((part, index) => openWindows(part, zone, day.start, day.end, crons[index]!).map((open) => ({ ...open, index })))
    .sort((a, b) => a.start - b.start);
}

function instantsOf(openings: readonly Opening[], changes: readonly number[], day: LocalDay): number[] {
  const all = new Set([day.start, day.end]);
  const add = (instant: number): void => {
    if (instant > day.start && instant < day.end) all.add(instant);
  };
  for (const open of openings) {
    add(open.start);
    add(open.end);
  }
  changes.forEach(add);
  return [...all].sort((a, b) => a - b);
}

/** Openings that hold an instant, asked for ascending instants. */
class Sweep {
  readonly #openings: readonly Opening[];
  #next = 0;
  #open: Opening[] = [];

  constructor(openings: readonly Opening[]) {
    this.#openings = openings;
  }

  at(instant: number): readonly Opening[] {
    this.#open = this.#open.filter((open) => open.end > instant);
    for (let open = this.#openings[this.#next]; open && open.start <= instant; open = this.#openings[++this.#next]) {
      if (open.end > instant) this.#open.push(open);
    }
    return this.#open;
  }
}

interface Base {
  readonly key: string;
  readonly items: readonly CycleItem[];
}

/**
 * The winning window: highest priority, then later start, then smaller id. A window whose playlist has nothing to play
 * does not take part, so that it cannot blank the board. Then the default playlist; then nothing, which is the fallback.
 */
function winnerAt(programme: Programme, open: readonly Opening[], lists: ValidItems, instant: number): Base {
  const ranked = [...open].sort((a, b) => {
    const [left, right] = [programme.entries[a.index]!, programme.entries[b.index]!];
    return right.priority - left.priority || b.start - a.start || compareIds(left.entryId, right.entryId);
  });
  for (const { index } of ranked) {
    const entry = programme.entries[index]!;
    const base = lists.at(entry.playlistId, { kind: 'schedule', id: entry.entryId }, instant);
    if (base) return base;
  }
  const { defaultPlaylistId } = programme;
  return (defaultPlaylistId !== null && lists.at(defaultPlaylistId, { kind: 'loop', id: defaultPlaylistId }, instant)) || { key: '', items: [] };
}

/** The items of playlists that can be played at an instant; remembered until one of them begins or ends to be valid. */
class ValidItems {
  readonly #programme: Programme;
  readonly #known = new Map<string, { base: Base | null; from: number; until: number }>();

  constructor(programme: Programme) {
    this.#programme = programme;
  }

  /** When an item of a playlist that may win begins or ends to be valid. */
  changes(entries: readonly Opening[], programme: Programme): number[] {
    const ids = new Set<string | null>([programme.defaultPlaylistId]);
    for (const { index } of entries) ids.add(programme.entries[index]!.playlistId);
    return [...ids].flatMap((id) => this.#items(id).flatMap((item) => [item.validFrom ?? 0, item.validTo ?? 0]));
  }

  at(playlistId: string, why: Why, instant: number): Base | null {
    const name = `${why.kind} ${why.id}`;
    const known = this.#known.get(name);
    if (known && known.from <= instant && instant < known.until) return known.base;
    let until = Infinity;
    const items = this.#items(playlistId).filter((item) => {
      for (const change of [item.validFrom, item.validTo]) if (change !== null && change > instant) until = Math.min(until, change);
      return (item.validFrom ?? -Infinity) <= instant && instant < (item.validTo ?? Infinity);
    });
    const base = items.length === 0 ? null : this.#base(name, items, why);
    this.#known.set(name, { base, from: instant, until });
    return base;
  }

  #base(name: string, items: PlaylistPart['items'], why: Why): Base {
    return {
      key: `${name}:${items.map((item) => item.itemId).join(' ')}`,
      items: items.map((item) => ({
        noticeId: item.noticeId,
        lengthMs: item.durationMs ?? this.#programme.notices.get(item.noticeId)!.durationMs,
        why,
      })),
    };
  }

  #items(playlistId: string | null): PlaylistPart['items'] {
    const items = playlistId === null ? undefined : this.#programme.playlists.get(playlistId)?.items;
    return items?.filter((item) => this.#programme.notices.has(item.noticeId)) ?? [];
  }
}
