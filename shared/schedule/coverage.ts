/**
 * `createCoverage()`: which schedule has a board when, which others are open meanwhile and wait, and when there is nothing but the
 * fallback. By the rules of `timeline()`, without its slots, so that a week of many boards costs little.
 */
import type { Why } from '../protocol/journal.ts';
import type { Programme } from '../protocol/programme.ts';
import type { ParsedCron } from './cron.ts';
import { weaveOf } from './obligations.ts';
import { instantsOf, openingsOf, rank, segmentSourceOf, Sweep, type SegmentSource } from './segments.ts';

/** The longest interval with the same answer; ms UTC, [start, end). */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** schedule with the id of the entry that wins, loop with that of the default playlist, or fallback. */
  readonly by: Why;
  /** Entries that are open and have something to play, and that the winner hides. */
  readonly hidden: readonly string[];
  /** Entries that are open and have nothing to play. */
  readonly empty: readonly string[];
  /** Obligations are woven in, or take the fallback's place. */
  readonly obliged: boolean;
}

/** The stretches of [from, to), ms UTC, without a gap. Takeovers are no part of it. */
export type Coverage = (from: number, to: number) => (Stretch & { end: number })[];

/**
 * The coverage of one programme. It remembers what it has read, so keep it as long as the programme.
 * @param crons expressions that are read already, for programmes that share some; what is read is added
 * @throws AppError `cron_invalid` for a programme that was not read by `readProgramme`
 */
export function createCoverage(programme: Programme, crons?: Map<string, ParsedCron>): Coverage {
  const source = segmentSourceOf(programme, weaveOf(programme).obligations, crons);
  return (from, to) => stretchesOf(source, from, to);
}

function stretchesOf(source: SegmentSource, from: number, to: number): (Stretch & { end: number })[] {
  const { programme, lists } = source;
  const { entries, defaultPlaylistId } = programme;
  const openings = openingsOf(source, from, to);
  const playlists = new Set([defaultPlaylistId, ...openings.entries.map(({ index }) => entries[index]!.playlistId)]);
  const instants = instantsOf(
    openings,
    [...playlists].map((id) => lists.changesOf(id)),
    { start: from, end: to },
  );
  const open = new Sweep(openings.entries, (a, b) => rank(programme, a, b));
  const due = new Sweep(openings.obligations, (a, b) => a.index - b.index);
  const stretches: (Stretch & { end: number })[] = [];
  for (let i = 0; i + 1 < instants.length; i++) {
    const start = instants[i]!;
    const end = instants[i + 1]!;
    let winner: string | null = null;
    const hidden: string[] = [];
    const empty: string[] = [];
    for (const { index } of open.at(start)) {
      const { playlistId, entryId } = entries[index]!;
      if (lists.at(playlistId, 'schedule', entryId, start) === null) addOnce(empty, entryId);
      else if (winner === null) winner = entryId;
      else if (winner !== entryId) addOnce(hidden, entryId);
    }
    const stretch = {
      start,
      end,
      by: winner === null ? withoutEntry(defaultPlaylistId, lists, start) : { kind: 'schedule' as const, id: winner },
      hidden: hidden.sort(),
      empty: empty.sort(),
      obliged: due.at(start).length > 0,
    };
    addStretch(stretches, stretch);
  }
  return stretches;
}

/** Adds the stretch that follows the last one, and makes the two one where they say the same. */
export function addStretch<S extends Stretch & { end: number }>(stretches: S[], next: S): void {
  const last = stretches.at(-1);
  if (last && sameAnswer(last, next)) last.end = next.end;
  else stretches.push(next);
}

function withoutEntry(defaultPlaylistId: string | null, lists: SegmentSource['lists'], instant: number): Why {
  const plays = defaultPlaylistId !== null && lists.at(defaultPlaylistId, 'loop', defaultPlaylistId, instant) !== null;
  return plays ? { kind: 'loop', id: defaultPlaylistId } : { kind: 'fallback', id: null };
}

const sameAnswer = (a: Stretch, b: Stretch): boolean =>
  a.by.kind === b.by.kind &&
  a.by.id === b.by.id &&
  a.obliged === b.obliged &&
  isSameList(a.hidden, b.hidden) &&
  isSameList(a.empty, b.empty);

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);

/** The few that are open at a time: no set is faster. An entry has two openings where an exception day's goes on over the next one's. */
function addOnce(ids: string[], id: string): void {
  if (!ids.includes(id)) ids.push(id);
}
