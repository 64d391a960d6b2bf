import { sql, type Insertable, type Selectable } from 'kysely';
import { standingOrders } from '../../../../shared/protocol/commands.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type CommandRow = Selectable<Database['commands']>;
type CommandState = NonNullable<CommandRow['state']>;

/** `error_code` of one that does not wait, and that the board did not answer: whether it came through is not known. */
export const unanswered = 'command_unanswered';
/** Commands are let go after so long, ms; orders that stand never are. */
const keptMs = 90 * 86_400_000;

/**
 * What a command may still come from on its way to a state: forward only, whatever comes twice or late. That one is done or has failed the
 * board knows better than who took it for needless, or for lost (`unanswered`).
 */
const before: Record<Exclude<CommandState, 'waiting'>, readonly CommandState[]> = {
  received: ['waiting'],
  refused: ['waiting'],
  replaced: ['waiting'],
  done: ['waiting', 'received', 'replaced'],
  failed: ['waiting', 'received', 'replaced'],
};

/** Which commands were given to boards, by whom and when, and what became of them. */
export const commandRepo = {
  /** Until the transaction ends whoever else commands the same board waits. @returns null when there is none */
  async hold(tx: Tx, boardId: string): Promise<{ readonly id: string; readonly unitId: string } | null> {
    const boards = tx.selectFrom('boards').select(['id', 'unit_id as unitId']).where('id', '=', boardId);
    return (await boards.where('deleted_at', 'is', null).forUpdate().executeTakeFirst()) ?? null;
  },

  async insert(
    tx: Tx,
    row: Omit<Insertable<Database['commands']>, 'state' | 'state_at' | 'error_code'> & { state_at: number },
  ): Promise<void> {
    await tx
      .insertInto('commands')
      .values({ ...row, state: 'waiting', error_code: null })
      .execute();
    await tx
      .deleteFrom('commands')
      .where('board_id', '=', row.board_id)
      .where('issued_at', '<', row.state_at - keptMs)
      .where('name', 'not in', standingOrders)
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
      .where((e) => {
        const came = e('state', 'in', before[to]);
        if (to !== 'done' && to !== 'failed') return came;
        return e.or([came, e.and([e('state', '=', 'failed'), e('error_code', '=', unanswered)])]);
      })
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  /** Those of a name that wait for the board, or that it has not said the end of, and that still count. */
  underWay(tx: Tx, boardId: string, name: string, now: number): Promise<CommandRow[]> {
    return tx
      .selectFrom('commands')
      .selectAll()
      .where('board_id', '=', boardId)
      .where('name', '=', name)
      .where('state', 'in', ['waiting', 'received'])
      .where('expires_at', '>', now)
      .execute();
  },

  /** Those of these names that are to be sent when the board is there, the oldest first. */
  waiting(db: Db, boardId: string, names: readonly string[], now: number): Promise<CommandRow[]> {
    return (
      db
        .selectFrom('commands')
        .selectAll()
        .where('board_id', '=', boardId)
        // Written out, so that the index of these rows alone serves it.
        .where('state', '=', sql.lit('waiting'))
        .where('name', 'in', names)
        .where('expires_at', '>', now)
        .orderBy('issued_at')
        .orderBy('id')
        .execute()
    );
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

  /** In the order in which they were given. */
  byIds(db: Db, ids: readonly string[]): Promise<CommandRow[]> {
    return inChunks(ids, (chunk) =>
      db.selectFrom('commands').selectAll().where('id', 'in', chunk).orderBy('issued_at').orderBy('id').execute(),
    );
  },

  /** The newest of a name, whatever came of it. */
  newestOf(db: Db | Tx, boardId: string, name: string): Promise<CommandRow | undefined> {
    return ofName(db, boardId, name).executeTakeFirst();
  },

  /** The newest of a name that a person gave, and that was not refused. */
  lastGiven(db: Db, boardId: string, name: string): Promise<CommandRow | undefined> {
    return ofName(db, boardId, name)
      .where('issued_by', '!=', '')
      .where('state', 'in', ['waiting', 'received', 'done'])
      .executeTakeFirst();
  },

  /** The order of a name that stands for the board: the newest that it has carried out, has, or will be sent. */
  standing(db: Db | Tx, boardId: string, name: string, now: number): Promise<CommandRow | undefined> {
    return ofName(db, boardId, name)
      .where('state', 'in', ['waiting', 'received', 'done'])
      .where((e) => e.or([e('state', '!=', 'waiting'), e('expires_at', '>', now)]))
      .executeTakeFirst();
  },

  /** The orders of a name that stand for boards, by board. */
  async standingByBoard(db: Db, name: string, now: number): Promise<Map<string, CommandRow>> {
    const rows = await db
      .selectFrom('commands')
      .innerJoin('boards', 'boards.id', 'commands.board_id')
      .selectAll('commands')
      .where('boards.deleted_at', 'is', null)
      .where('commands.name', '=', name)
      .where('commands.state', 'in', ['waiting', 'received', 'done'])
      .where((e) => e.or([e('commands.state', '!=', 'waiting'), e('commands.expires_at', '>', now)]))
      .orderBy('commands.issued_at')
      .orderBy('commands.id')
      .execute();
    // The last of a board.
    return new Map(rows.map((row) => [row.board_id, row]));
  },

  /** The cuts of sources and their restorings that boards said they had done, each board's from the first to the last. */
  sources(db: Db, boardIds: readonly string[]): Promise<CommandRow[]> {
    return inChunks(boardIds, (chunk) =>
      db
        .selectFrom('commands')
        .selectAll()
        .where('board_id', 'in', chunk)
        .where('name', '=', 'setSource')
        .where('state', '=', 'done')
        .orderBy('board_id')
        .orderBy('issued_at')
        .orderBy('id')
        .execute(),
    );
  },

  /** The hours of screens that boards said they keep, and those that were ordered anew and refused, each board's from the first to the last. */
  screenHours(db: Db, boardIds: readonly string[]): Promise<CommandRow[]> {
    return inChunks(boardIds, (chunk) =>
      db
        .selectFrom('commands')
        .selectAll()
        .where('board_id', 'in', chunk)
        .where('name', '=', 'setScreenHours')
        .where((e) => e.or([e('state', '=', 'done'), e.and([e('state', '=', 'refused'), e('issued_by', '=', '')])]))
        .orderBy('board_id')
        .orderBy('issued_at')
        .orderBy('id')
        .execute(),
    );
  },

  /** Those whose logs are here. */
  async withLog(db: Db, boardId: string): Promise<string[]> {
    const rows = await db.selectFrom('board_logs').select('command_id').where('board_id', '=', boardId).execute();
    return rows.map((row) => row.command_id);
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

const ofName = (db: Db | Tx, boardId: string, name: string) =>
  db
    .selectFrom('commands')
    .selectAll()
    .where('board_id', '=', boardId)
    .where('name', '=', name)
    .orderBy('issued_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1);
