/** When boards showed nothing of what they were given, because somebody had cut the source of their content. */
import type { SourceCut } from '../../../../shared/protocol/api/commands.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { BoardsService } from '../boards/service.ts';
import { commandRepo as repo } from './repo.ts';

/** [from, to), ms UTC; `to` is Infinity while it lasts. By nobody: what stood was ordered anew. */
export interface Cut {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

export type CutsService = ReturnType<typeof createCuts>;

export function createCuts(
  { store, sources }: Pick<Context, 'store' | 'sources'>,
  deps: { accounts: Pick<AccountsService, 'names'>; boards: Pick<BoardsService, 'require'> },
) {
  /** Of each board from the first to the last, by what boards said themselves; those that never were are left out. */
  async function of(boardIds: readonly string[]): Promise<Map<string, Cut[]>> {
    const cuts = new Map<string, Cut[]>();
    for (const row of await repo.sources(store.report, boardIds)) {
      const { board_id, state_at, issued_by } = row;
      const own = cuts.get(board_id) ?? [];
      const open = own.at(-1)?.to === Infinity ? own.pop()! : null;
      const at = state_at ?? 0;
      const cut = isCut(row);
      if (open) own.push(cut ? open : { ...open, to: Math.max(open.from, at) });
      else if (cut) own.push({ from: at, to: Infinity, by: issued_by });
      cuts.set(board_id, own);
    }
    return cuts;
  }

  return {
    of,

    /** Who cut a board's source, and since when it is so; who has ordered it restored, which waits for the board. @throws AppError `board_unknown` 404 */
    async standing(actor: Actor, boardId: string): Promise<SourceCut> {
      await deps.boards.require(actor, 'board.read', boardId);
      const cut = (await of([boardId])).get(boardId)?.at(-1);
      const order = await repo.standing(store.read, boardId, 'setSource', sources.now());
      const waits = order !== undefined && order.state !== 'done' && !isCut(order);
      const ids = [cut?.by, order?.issued_by].filter((id) => id !== undefined);
      const names = await deps.accounts.names(ids);
      const byWhom = (at: number, id: string) => ({ at, by: names.get(id) ?? null });
      return {
        cut: cut?.to === Infinity ? byWhom(cut.from, cut.by) : null,
        restoring: waits ? byWhom(order.issued_at, order.issued_by) : null,
      };
    },
  };
}

const isCut = ({ payload }: { payload: string }): boolean => (JSON.parse(payload) as { cut: boolean }).cut;
