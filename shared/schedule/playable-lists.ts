/** What of a playlist can be played when: items whose notice is there and not suspended, and that are valid. */
import type { Why } from '../protocol/journal.ts';
import type { PlaylistPart, Programme } from '../protocol/programme.ts';
import type { Suspensions } from './suspensions.ts';

type Item = PlaylistPart['items'][number];

/** Something that takes its turn in a segment's cycle. */
export interface CycleItem {
  readonly noticeId: string;
  readonly lengthMs: number;
  readonly why: Why;
}

export interface Cycle {
  readonly items: readonly CycleItem[];
}

interface KnownCycle {
  /** null: nothing to play. */
  readonly cycle: Cycle | null;
  readonly itemIds: string;
  readonly from: number;
  readonly until: number;
}

/** The playlists of one programme; what was found is remembered. */
export class PlayableLists {
  readonly #programme: Programme;
  readonly #suspensions: Suspensions;
  readonly #items = new Map<string, { items: readonly Item[]; changes: readonly number[] }>();
  /** By the id of the entry, or of the default playlist. */
  readonly #known = new Map<string, KnownCycle>();

  constructor(programme: Programme, suspensions: Suspensions) {
    this.#programme = programme;
    this.#suspensions = suspensions;
  }

  /** When items of a playlist begin or end to be valid or suspended, ms UTC. */
  changesOf(playlistId: string | null): readonly number[] {
    return playlistId === null ? [] : this.#listOf(playlistId).changes;
  }

  /** What can be played at an instant; null: nothing. Asked for neighbouring instants it is the same object while the same items are valid. */
  at(playlistId: string, kind: 'schedule' | 'loop', whyId: string, instant: number): Cycle | null {
    const known = this.#known.get(whyId);
    if (known && known.from <= instant && instant < known.until) return known.cycle;
    const { items, changes } = this.#listOf(playlistId);
    let from = -Infinity;
    let until = Infinity;
    for (const change of changes) {
      if (change <= instant) from = Math.max(from, change);
      else until = Math.min(until, change);
    }
    const valid = items.filter(
      (item) =>
        (item.validFrom ?? -Infinity) <= instant &&
        instant < (item.validTo ?? Infinity) &&
        !this.#suspensions.holds(item.noticeId, instant),
    );
    const itemIds = valid.map((item) => item.itemId).join(' ');
    const cycle = known?.itemIds === itemIds ? known.cycle : this.#cycleOf(valid, { kind, id: whyId });
    this.#known.set(whyId, { cycle, itemIds, from, until });
    return cycle;
  }

  #cycleOf(items: readonly Item[], why: Why): Cycle | null {
    if (items.length === 0) return null;
    const lengthOf = (item: Item): number => item.durationMs ?? this.#programme.notices.get(item.noticeId)!.durationMs;
    return { items: items.map((item) => ({ noticeId: item.noticeId, lengthMs: lengthOf(item), why })) };
  }

  #listOf(playlistId: string): { items: readonly Item[]; changes: readonly number[] } {
    let list = this.#items.get(playlistId);
    if (!list) {
      const all = this.#programme.playlists.get(playlistId)?.items ?? [];
      const items = all.filter((item) => this.#programme.notices.has(item.noticeId));
      const changes: number[] = [];
      for (const { noticeId, validFrom, validTo } of items) {
        changes.push(...this.#suspensions.changesOf(noticeId));
        if (validFrom !== null) changes.push(validFrom);
        if (validTo !== null) changes.push(validTo);
      }
      list = { items, changes };
      this.#items.set(playlistId, list);
    }
    return list;
  }
}
