/** What each board's player said last of how it is doing. */
import type { z } from 'zod';
import { boardStatus, type BoardStatus } from '../../../../shared/protocol/status.ts';
import type { Db, Tx } from '../../store/store.ts';
import { inTurns } from '../../turns.ts';

export interface HeardStatus {
  readonly boardId: string;
  /** When the CMS heard it, ms UTC. */
  readonly at: number;
  readonly status: BoardStatus;
}

const concern = boardStatus.pick({ dl: true, mb: true, off: true, fails: true, diskFails: true });
export type HeardConcern = z.infer<typeof concern> & Omit<HeardStatus, 'status'>;

export const statusRepo = {
  /** @param heard one a board */
  async write(tx: Tx, heard: readonly HeardStatus[]): Promise<void> {
    await tx
      .insertInto('board_statuses')
      .values(heard.map(({ boardId, at, status }) => ({ board_id: boardId, at, status: JSON.stringify(status) })))
      .onConflict((conflict) =>
        conflict
          .column('board_id')
          .doUpdateSet((e) => ({ at: e.ref('excluded.at'), status: e.ref('excluded.status') })),
      )
      .execute();
  },

  /** Of all boards that were ordered something of downloads, or whose screen or disk fails: by the player that each has now. */
  async ofConcern(db: Db): Promise<HeardConcern[]> {
    const rows = await db
      .selectFrom('board_statuses as said')
      .innerJoin('devices', 'devices.board_id', 'said.board_id')
      .select(['said.board_id', 'said.at', 'said.status'])
      .where('devices.ended_at', 'is', null)
      .whereRef('said.at', '>=', 'devices.paired_at')
      .where(({ and, eb, or }) =>
        or([
          eb('said.status', 'like', '%"dl":"%'),
          ...['fails', 'diskFails'].map((name) =>
            and([eb('said.status', 'like', `%"${name}":%`), eb('said.status', 'not like', `%"${name}":null%`)]),
          ),
        ]),
      )
      .execute();
    const known: HeardConcern[] = [];
    await inTurns(rows, ({ board_id, at, status }) => {
      known.push({ boardId: board_id, at, ...concern.parse(JSON.parse(status)) });
    });
    return known;
  },

  /** By the player that the board has now: what the one before said says nothing of it. */
  async find(db: Db, boardId: string): Promise<Omit<HeardStatus, 'boardId'> | null> {
    const row = await db
      .selectFrom('board_statuses as said')
      .innerJoin('devices', 'devices.board_id', 'said.board_id')
      .select(['said.at', 'said.status'])
      .where('said.board_id', '=', boardId)
      .where('devices.ended_at', 'is', null)
      .whereRef('said.at', '>=', 'devices.paired_at')
      .executeTakeFirst();
    return row ? { at: row.at, status: boardStatus.parse(JSON.parse(row.status)) } : null;
  },
};
