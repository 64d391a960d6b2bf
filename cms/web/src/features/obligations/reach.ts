/** How far an obligation that is being written reaches, counted as the CMS counts it once it is sent. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { ObligationInput } from '../../../../../shared/protocol/api/obligations.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { Receivers } from '../../../../../shared/protocol/receivers.ts';
import { subtreesOf } from '../units/units.svelte.ts';

export interface Reach {
  /** Units with boards that receive it, and those that receive it and have none; neither is who sends it. */
  readonly receivers: number;
  readonly withoutBoards: number;
  /** Boards that have to show it, and how many of them are the sender's own. */
  readonly boards: readonly Board[];
  readonly own: number;
}

/** How many boards cannot show it now: they have no player, their source is cut, or by their hours the screen is off. */
export function cannotShow(boards: readonly Pick<Board, 'presence'>[]): {
  playerless: number;
  cut: number;
  dark: number;
} {
  const known = boards.filter(({ presence }) => presence.presence !== 'unpaired');
  const cut = known.filter(({ presence }) => presence.cut);
  const dark = known.filter(({ presence }) => !presence.cut && presence.screenOn === false && presence.screenRests);
  return { playerless: boards.length - known.length, cut: cut.length, dark: dark.length };
}

/** Who answers for which board. */
export function receiversOf(units: readonly Unit[]): Receivers {
  const known = new Map(units.map((unit) => [unit.id, unit]));
  const below = subtreesOf(units);
  const tree = {
    pathOf(id: string): string[] {
      const path: string[] = [];
      for (let at: string | null = id; at !== null; at = known.get(at)?.parentId ?? null) path.unshift(at);
      return path;
    },
    subtreeOf: (id: string) => [...below(id)],
  };
  return new Receivers({ tree, get: (id) => known.get(id) });
}

export function reachOf(
  { unitId, targets }: Pick<ObligationInput, 'unitId' | 'targets'>,
  units: readonly Unit[],
  boards: readonly Board[],
): Reach {
  const receivers = receiversOf(units).all({ unitId, targets }, boards);
  const reached = [...receivers.values()].flat();
  receivers.delete(unitId);
  const counts = [...receivers.values()].map((own) => own.length);
  return {
    receivers: counts.filter((count) => count > 0).length,
    withoutBoards: counts.filter((count) => count === 0).length,
    boards: reached,
    own: reached.filter((board) => board.unitId === unitId).length,
  };
}
