import type { Insertable, Selectable } from 'kysely';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type ReleaseRow = Selectable<Database['player_releases']>;
/** An order to run a version, with what it named; both null: back to the version before. */
export type OrderRow = Omit<Selectable<Database['commands']>, 'payload'> &
  Pick<ReleaseOrder, 'hash'> & { version: string | null };
type ReleaseOrder = Selectable<Database['release_orders']>;

export interface Tally {
  /** Boards that were ordered to run it, and those of them that went back. */
  readonly ordered: number;
  readonly back: number;
}

const withdrawn = 'order_withdrawn';

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
    db.selectFrom('player_releases').selectAll().orderBy('added_at', 'desc').orderBy('hash').execute(),

  find: (db: Db, hash: string): Promise<ReleaseRow | undefined> =>
    db.selectFrom('player_releases').selectAll().where('hash', '=', hash).executeTakeFirst(),

  async ordered(tx: Tx, orderId: string, boardId: string, hash: string | null): Promise<void> {
    await tx
      .insertInto('release_orders')
      .values({ order_id: orderId, board_id: boardId, hash, went_back_at: null })
      .execute();
  },

  /** The order of this id, where nobody has said yet that the board went back. */
  async notBack(db: Db | Tx, boardId: string, orderId: string): Promise<ReleaseOrder | undefined> {
    return db
      .selectFrom('release_orders')
      .selectAll()
      .where('order_id', '=', orderId)
      .where('board_id', '=', boardId)
      .where('went_back_at', 'is', null)
      .executeTakeFirst();
  },

  async wentBack(tx: Tx, orderId: string, now: number): Promise<void> {
    await tx.updateTable('release_orders').set({ went_back_at: now }).where('order_id', '=', orderId).execute();
  },

  /** Of all orders of releases, by hash. */
  async tallies(db: Db | Tx, hash?: string): Promise<Map<string, Tally>> {
    const rows = await db
      .selectFrom('release_orders')
      .select((e) => [
        'hash',
        e.fn.count('board_id').distinct().as('ordered'),
        e.fn.count('board_id').distinct().filterWhere('went_back_at', 'is not', null).as('back'),
      ])
      .$if(hash !== undefined, (query) => query.where('hash', '=', hash!))
      .where('hash', 'is not', null)
      .groupBy('hash')
      .execute();
    return new Map(rows.map((row) => [row.hash!, { ordered: Number(row.ordered), back: Number(row.back) }]));
  },

  /** The last order of each board to run a version. */
  async orders(db: Db, boardIds: readonly string[]): Promise<Map<string, OrderRow>> {
    const rows = await inChunks(boardIds, (chunk) =>
      db
        .selectFrom('boards')
        .innerJoin('commands', (join) =>
          join.on('commands.id', '=', (e) =>
            e
              .selectFrom('commands as newest')
              .select('newest.id')
              .whereRef('newest.board_id', '=', 'boards.id')
              .where('newest.name', '=', 'setVersion')
              .orderBy('newest.issued_at', 'desc')
              .orderBy('newest.id', 'desc')
              .limit(1),
          ),
        )
        .leftJoin('release_orders as named', 'named.order_id', 'commands.id')
        .leftJoin('player_releases', 'player_releases.hash', 'named.hash')
        .select(['commands.id', 'commands.board_id', 'commands.name', 'issued_by', 'issued_at', 'expires_at'])
        .select(['state', 'state_at', 'error_code', 'named.hash', 'player_releases.version'])
        .where('boards.id', 'in', chunk)
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

  /** Orders that have not been sent, of a release or of any, are not sent any more. @returns their boards */
  async withdraw(tx: Tx, now: number, boardIds: readonly string[], hash?: string): Promise<string[]> {
    const rows = await inChunks(boardIds, (chunk) =>
      tx
        .updateTable('commands')
        .set({ state: 'replaced', state_at: now, error_code: withdrawn })
        .where('board_id', 'in', chunk)
        .where('name', '=', 'setVersion')
        .where('state', '=', 'waiting')
        .where('expires_at', '>', now)
        .$if(hash !== undefined, (query) =>
          query.where('id', 'in', (e) => e.selectFrom('release_orders').select('order_id').where('hash', '=', hash!)),
        )
        .returning('board_id')
        .execute(),
    );
    return rows.map((row) => row.board_id);
  },

  /** The boards that a release was ordered for. */
  async boardsOf(tx: Tx, hash: string): Promise<string[]> {
    const rows = await tx.selectFrom('release_orders').select('board_id').distinct().where('hash', '=', hash).execute();
    return rows.map((row) => row.board_id);
  },

  /** How many of these orders were withdrawn. */
  async withdrawn(db: Db, orderIds: readonly string[]): Promise<number> {
    const rows = await inChunks(orderIds, (chunk) =>
      db.selectFrom('commands').select('id').where('id', 'in', chunk).where('error_code', '=', withdrawn).execute(),
    );
    return rows.length;
  },
};
