/** Who looks after a board, its SIM card, its warranty: what a technician writes down, and is reminded of. */
import {
  upkeepNoticeMs,
  type Upkeep,
  type UpkeepDue,
  type UpkeepInput,
} from '../../../../shared/protocol/api/upkeep.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { BoardsService } from '../boards/service.ts';
import { findDue, findUpkeep, writeUpkeep } from './repo.ts';

export type UpkeepService = ReturnType<typeof createUpkeepService>;

/** Names, telephone numbers and SIM cards: for those who look after the board, not for everybody who sees it. */
const right = 'board.edit';

const empty = {
  responsibleName: '',
  responsiblePhone: '',
  latitude: null,
  longitude: null,
  simNumber: '',
  simPaidUntil: null,
  warrantyUntil: null,
  note: '',
  revision: 0,
};

export function createUpkeepService(
  context: Context,
  { boards }: { boards: Pick<BoardsService, 'require' | 'records' | 'held'> },
) {
  const { store, sources, access, audit } = context;
  return {
    mayRead: (actor: Actor, unitId: string): boolean => access.canReach(actor, right, unitId),

    /** @throws AppError `board_unknown`, `forbidden` */
    async get(actor: Actor, boardId: string): Promise<Upkeep> {
      await boards.require(actor, right, boardId);
      return (await findUpkeep(store.read, boardId)) ?? { boardId, ...empty };
    },

    /** @throws AppError `board_unknown`, `forbidden`, `revision_conflict` 409 */
    async put(actor: Actor, boardId: string, input: UpkeepInput): Promise<Upkeep> {
      await boards.require(actor, right, boardId);
      await store.transaction(async (tx) => {
        const [board] = await boards.held([boardId], tx);
        if (!board) throw new AppError('board_unknown', 'There is no such board', { status: 404 });
        access.assertReach(actor, right, board.unitId);
        const { boardId: _id, revision: _before, ...before } = (await findUpkeep(tx, boardId)) ?? { boardId, ...empty };
        if (!(await writeUpkeep(tx, boardId, input)))
          throw new AppError('revision_conflict', 'Somebody else has changed it meanwhile', { status: 409 });
        const { revision: _revision, ...detail } = input;
        await audit(tx, {
          actor,
          action: 'board.upkeepChanged',
          subjectType: 'board',
          subjectId: boardId,
          unitId: board.unitId,
          detail: { ...detail, before },
        });
      });
      return { boardId, ...input, revision: input.revision + 1 };
    },

    async due(actor: Actor): Promise<UpkeepDue[]> {
      const before = sources.now() + upkeepNoticeMs;
      const rows = await findDue(store.read, before);
      const records = await boards.records(rows.map((row) => row.board_id));
      const names = new Map(
        records.filter(({ unitId }) => access.canReach(actor, right, unitId)).map(({ id, name }) => [id, name]),
      );
      return rows
        .flatMap(({ board_id: boardId, sim_paid_until, warranty_until }) => {
          const boardName = names.get(boardId);
          if (boardName === undefined) return [];
          return [
            { boardId, boardName, what: 'sim' as const, until: sim_paid_until },
            { boardId, boardName, what: 'warranty' as const, until: warranty_until },
          ];
        })
        .filter((one): one is UpkeepDue => one.until !== null && one.until < before)
        .sort((a, b) => a.until - b.until);
    },
  };
}
