/** Which hours boards have kept their screens on by, as they said themselves: in the dark nothing is asked of them. */
import { screenHours, type ScreenHours } from '../../../../shared/protocol/screen.ts';
import { isLitFor, nextScreenChange, screenDue } from '../../../../shared/schedule/screen-hours.ts';
import type { Zone } from '../../../../shared/schedule/zone.ts';
import type { Context } from '../../context.ts';
import { takeTurns } from '../../turns.ts';
import { commandRepo as repo } from './repo.ts';

/** [from, to), ms UTC; `to` is Infinity while it lasts. */
export interface KeptHours {
  readonly from: number;
  readonly to: number;
  readonly hours: ScreenHours;
}

export type DarkHoursService = ReturnType<typeof createDarkHours>;

export function createDarkHours({ store }: Pick<Context, 'store'>) {
  return {
    /** Of each board from the first to the last; those that never had any are left out. */
    async of(boardIds: readonly string[]): Promise<Map<string, KeptHours[]>> {
      const kept = new Map<string, KeptHours[]>();
      for (const { board_id, payload, state, state_at } of await repo.screenHours(store.report, boardIds)) {
        const own = kept.get(board_id) ?? [];
        const from = state_at ?? 0;
        const last = own.pop();
        if (last && last.from < from) own.push({ ...last, to: from });
        // What stood was ordered anew and refused: that player keeps no hours.
        if (state === 'done') {
          const { hours } = JSON.parse(payload) as { hours: unknown };
          own.push({ from, to: Infinity, hours: screenHours.parse(hours) });
        }
        kept.set(board_id, own);
      }
      return kept;
    },
    /** That stand on each board now; those that keep none are left out. */
    async standing(boardIds: readonly string[]): Promise<Map<string, ScreenHours>> {
      const last = new Map<string, string | null>();
      for (const { board_id, payload, state } of await repo.screenHours(store.report, boardIds))
        last.set(board_id, state === 'done' ? payload : null);
      const turn = takeTurns();
      /** Boards are ordered the same hours together. */
      const read = new Map<string, ScreenHours>();
      const standing = new Map<string, ScreenHours>();
      for (const [boardId, payload] of last) {
        if (payload === null) continue;
        const hours = read.get(payload) ?? screenHours.parse((JSON.parse(payload) as { hours: unknown }).hours);
        read.set(payload, hours);
        standing.set(boardId, hours);
        await turn();
      }
      return standing;
    },
  };
}

/** When a screen is off in [from, to), ms UTC, by what a board kept; ascending. */
export function darkIn(
  kept: readonly KeptHours[],
  zone: Zone,
  from: number,
  to: number,
): { start: number; end: number }[] {
  const dark: { start: number; end: number }[] = [];
  for (const { hours, from: since, to: until } of kept) {
    const end = Math.min(until, to);
    for (let at = Math.max(since, from), next; at < end; at = next) {
      next = Math.min(nextScreenChange(hours, 'on', zone, at) ?? Infinity, end);
      if (!screenDue(hours, zone, at).on) dark.push({ start: at, end: next });
    }
  }
  return dark;
}

const hourMs = 3_600_000;

/**
 * Of some hours those in which a screen was on for all of the hour, by what a board kept. Boards that kept the same are worked out once.
 * @param starts ms UTC, ascending
 */
export function litHoursIn(zone: Zone, starts: readonly number[]): (kept: readonly KeptHours[]) => readonly number[] {
  const [first = 0, end = 0] = [starts[0], (starts.at(-1) ?? 0) + hourMs];
  const known = new Map<string, readonly number[]>();
  return (all) => {
    const kept = all
      .filter(({ from, to }) => from < end && to > first)
      .map(({ from, to, hours }) => ({ from: Math.max(from, first), to: Math.min(to, end), hours }));
    if (kept.length === 0) return starts;
    const key = JSON.stringify(kept);
    const isLit = (at: number): boolean =>
      kept.every(({ from, to, hours }) => from >= at + hourMs || to <= at || isLitFor(hours, zone, at, hourMs));
    let lit = known.get(key);
    if (!lit) known.set(key, (lit = starts.filter(isLit)));
    return lit;
  };
}
