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
  const service = {
    mayRead: (actor: Actor, unitId: string): boolean => access.canReach(actor, right, unitId),

    /** For the system's own use, without rights; null: nobody has written anything down. */
    find: (boardId: string) => findUpkeep(store.read, boardId),

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

    /** What ends before a time (ms UTC) of boards in use, for the system's own use, without rights. */
    async ending(before: number): Promise<{ boardId: string; what: UpkeepDue['what']; until: number }[]> {
      return (await findDue(store.read, before)).flatMap(({ board_id: boardId, sim_paid_until, warranty_until }) =>
        (
          [
            ['sim', sim_paid_until],
            ['warranty', warranty_until],
          ] as const
        ).flatMap(([what, until]) => (until !== null && until < before ? [{ boardId, what, until }] : [])),
      );
    },

    async due(actor: Actor): Promise<UpkeepDue[]> {
      const before = sources.now() + upkeepNoticeMs;
      const rows = await service.ending(before);
      const records = await boards.records(rows.map(({ boardId }) => boardId));
      const names = new Map(
        records.filter(({ unitId }) => access.canReach(actor, right, unitId)).map(({ id, name }) => [id, name]),
      );
      return rows
        .flatMap((one) => {
          const boardName = names.get(one.boardId);
          return boardName === undefined ? [] : [{ ...one, boardName }];
        })
        .sort((a, b) => a.until - b.until);
    },
  };
  return service;
}
