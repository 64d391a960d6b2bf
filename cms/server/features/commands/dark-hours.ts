/** Which hours boards have kept their screens on by, as they said themselves: in the dark nothing is asked of them. */
import { screenHours, type ScreenHours } from '../../../../shared/protocol/screen.ts';
import { isLitFor } from '../../../../shared/schedule/screen-hours.ts';
import type { Zone } from '../../../../shared/schedule/zone.ts';
import type { Context } from '../../context.ts';
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
      for (const { board_id, payload, state, state_at } of await repo.screenHours(store.read, boardIds)) {
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
  };
}

/** Whether by the hours that a board kept its screen was dark for some of the hour that begins then. */
export const isDarkIn = (kept: readonly KeptHours[], zone: Zone, start: number, lengthMs: number): boolean =>
  kept.some(({ from, to, hours }) => from < start + lengthMs && to > start && !isLitFor(hours, zone, start, lengthMs));
