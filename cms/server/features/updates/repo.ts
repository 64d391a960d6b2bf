import type { Insertable, Selectable } from 'kysely';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type ReleaseRow = Omit<Selectable<Database['player_releases']>, 'archive'>;
export type OrderRow = Selectable<Database['commands']>;

const columns = ['hash', 'version', 'notes', 'jws', 'size', 'added_at', 'added_by'] as const;

export const updateRepo = {
  /** @returns whether it is a new one */
  async add(tx: Tx, row: Insertable<Database['player_releases']>): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('player_releases')
      .values(row)
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .executeTakeFirst();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  },

  /** The newest first. */
  releases: (db: Db): Promise<ReleaseRow[]> =>
    db.selectFrom('player_releases').select(columns).orderBy('added_at', 'desc').orderBy('hash').execute(),

  find: (db: Db, hash: string): Promise<ReleaseRow | undefined> =>
    db.selectFrom('player_releases').select(columns).where('hash', '=', hash).executeTakeFirst(),

  async archive(db: Db, hash: string): Promise<Buffer | null> {
    const row = await db.selectFrom('player_releases').select('archive').where('hash', '=', hash).executeTakeFirst();
    return row ? Buffer.from(row.archive) : null;
  },

  /** The last order of each board to run a version. */
  async orders(db: Db, boardIds: readonly string[]): Promise<Map<string, OrderRow>> {
    const rows = await inChunks(boardIds, (chunk) =>
      db
        .selectFrom('commands')
        .selectAll()
        .where('board_id', 'in', chunk)
        .where('name', '=', 'setVersion')
        .orderBy('issued_at')
        .orderBy('id')
        .execute(),
    );
    return new Map(rows.map((row) => [row.board_id, row]));
  },

  /** What boards said last, of their players of now. */
  async statuses(db: Db, boardIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await inChunks(boardIds, (chunk) =>
      db
        .selectFrom('board_statuses as said')
        .innerJoin('devices', 'devices.board_id', 'said.board_id')
        .select(['said.board_id', 'said.status'])
        .where('said.board_id', 'in', chunk)
        .where('devices.ended_at', 'is', null)
        .whereRef('said.at', '>=', 'devices.paired_at')
        .execute(),
    );
    return new Map(rows.map((row) => [row.board_id, row.status]));
  },

  /** Orders that have not been sent are not sent any more. @returns their boards */
  async withdraw(tx: Tx, now: number, boardIds: readonly string[]): Promise<string[]> {
    const rows = await inChunks(boardIds, (chunk) =>
      tx
        .updateTable('commands')
        .set({ state: 'replaced', state_at: now, error_code: 'order_withdrawn' })
        .where('board_id', 'in', chunk)
        .where('name', '=', 'setVersion')
        .where('state', '=', 'waiting')
        .returning('board_id')
        .execute(),
    );
    return rows.map((row) => row.board_id);
  },
};
