/** How a board's player is doing, for those who see the board; how it is connected, for those who look after it. */
import {
  boardStatus,
  networkReadings,
  unknownStatus,
  type BoardStatus,
  type StatusAnswer,
} from '../../../../shared/protocol/status.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { BoardsService } from './service.ts';

export type BoardStatuses = ReturnType<typeof createBoardStatuses>;

export function createBoardStatuses(
  { store, access }: Pick<Context, 'store' | 'access'>,
  { boards }: { boards: Pick<BoardsService, 'require'> },
) {
  return {
    /** @throws AppError `board_unknown` 404 */
    async of(actor: Actor, boardId: string): Promise<StatusAnswer> {
      const { unitId } = await boards.require(actor, 'board.read', boardId);
      const networkWithheld = !access.canReach(actor, 'board.edit', unitId);
      // What the player before said says nothing of this one.
      const row = await store.read
        .selectFrom('board_statuses as said')
        .innerJoin('devices', 'devices.board_id', 'said.board_id')
        .select(['said.at', 'said.status'])
        .where('said.board_id', '=', boardId)
        .where('devices.ended_at', 'is', null)
        .whereRef('said.at', '>=', 'devices.paired_at')
        .executeTakeFirst();
      if (!row) return { status: null, at: null, networkWithheld };
      const status = boardStatus.parse(JSON.parse(row.status));
      return { status: networkWithheld ? withoutNetwork(status) : status, at: row.at, networkWithheld };
    },
  };
}

const withoutNetwork = (status: BoardStatus): BoardStatus => ({
  ...status,
  ...Object.fromEntries(networkReadings.map((name) => [name, unknownStatus[name]])),
});
