import type { Insertable, Selectable } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type CommandRow = Selectable<Database['commands']>;
export type CommandState = NonNullable<CommandRow['state']>;

/** What a command may still come from on its way to a state: forward only, whatever comes twice or late. */
const before: Record<Exclude<CommandState, 'waiting'>, readonly CommandState[]> = {
  received: ['waiting'],
  refused: ['waiting'],
  replaced: ['waiting'],
  done: ['waiting', 'received'],
  failed: ['waiting', 'received'],
};

/** Which commands were given to boards, by whom and when, and what became of them. */
export const commandRepo = {
  async insert(
    tx: Tx,
    row: Omit<Insertable<Database['commands']>, 'state' | 'state_at' | 'error_code'>,
  ): Promise<void> {
    await tx
      .insertInto('commands')
      .values({ ...row, state: 'waiting', state_at: row.issued_at, error_code: null })
      .execute();
  },

  /** @returns whether it was news */
  async move(
    db: Db | Tx,
    boardId: string,
    id: string,
    to: Exclude<CommandState, 'waiting'>,
    at: number,
    errorCode: string | null = null,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('commands')
      .set({ state: to, state_at: at, error_code: errorCode })
      .where('id', '=', id)
      .where('board_id', '=', boardId)
      .where('state', 'in', before[to])
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  /** Those of these names that wait for the board, or that it has not said the end of, and that still count; the oldest first. */
  underWay(db: Db | Tx, boardId: string, names: readonly string[], now: number): Promise<CommandRow[]> {
    return db
      .selectFrom('commands')
      .selectAll()
      .where('board_id', '=', boardId)
      .where('name', 'in', names)
      .where('state', 'in', ['waiting', 'received'])
      .where('expires_at', '>', now)
      .orderBy('issued_at')
      .orderBy('id')
      .execute();
  },

  /** The newest first. */
  newest(db: Db, boardId: string, limit: number): Promise<CommandRow[]> {
    return db
      .selectFrom('commands')
      .selectAll()
      .where('board_id', '=', boardId)
      .where('state', 'is not', null)
      .orderBy('issued_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
  },

  /** The newest of a name that the board has not refused. */
  newestOrder(db: Db | Tx, boardId: string, name: string): Promise<CommandRow | undefined> {
    return db
      .selectFrom('commands')
      .selectAll()
      .where('board_id', '=', boardId)
      .where('name', '=', name)
      .where('state', 'not in', ['refused', 'failed'])
      .orderBy('issued_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
  },

  async find(db: Db | Tx, boardId: string, id: string): Promise<CommandRow | undefined> {
    return db
      .selectFrom('commands')
      .selectAll()
      .where('id', '=', id)
      .where('board_id', '=', boardId)
      .executeTakeFirst();
  },
};
