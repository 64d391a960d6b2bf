/** How a board's player is doing, for those who see the board; how it is connected, for those who look after it. */
import {
  networkReadings,
  unknownStatus,
  type BoardStatus,
  type StatusAnswer,
} from '../../../../shared/protocol/status.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { BoardsService } from './service.ts';
import { statusRepo } from './status-repo.ts';

export type BoardStatuses = ReturnType<typeof createBoardStatuses>;

export function createBoardStatuses(
  { store, access }: Pick<Context, 'store' | 'access'>,
  { boards }: { boards: Pick<BoardsService, 'require'> },
) {
  return {
    /** What its player said last, for the system's own use, without rights; null: nothing so far. */
    said: (boardId: string) => statusRepo.find(store.read, boardId),

    /** What those said last that have orders on downloads, or a screen or a disk that fails, without rights. */
    ofConcern: () => statusRepo.ofConcern(store.report),

    /** @throws AppError `board_unknown` 404 */
    async of(actor: Actor, boardId: string): Promise<StatusAnswer> {
      const { unitId } = await boards.require(actor, 'board.read', boardId);
      const networkWithheld = !access.canReach(actor, 'board.edit', unitId);
      const said = await statusRepo.find(store.read, boardId);
      if (!said) return { status: null, at: null, networkWithheld };
      return { status: networkWithheld ? withoutNetwork(said.status) : said.status, at: said.at, networkWithheld };
    },
  };
}

const withoutNetwork = (status: BoardStatus): BoardStatus => ({
  ...status,
  ...Object.fromEntries(networkReadings.map((name) => [name, unknownStatus[name]])),
});
