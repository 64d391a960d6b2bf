/** Takeovers, their frozen targets and what became of each. */
import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import type { Version } from '../../../../shared/protocol/common.ts';
import { chunksOf, inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type TakeoverRow = Selectable<Database['takeovers']>;
type StoredState = Database['takeover_deliveries']['state'];
/** `unpaired`: waiting, without a player that could have got it. */
export type DeliveryState = StoredState | 'unpaired';

/** Selectors as the tables can be asked: units with all below them, and single boards. */
export interface Targeting {
  readonly all: boolean;
  readonly unitIds: readonly string[];
  readonly boardIds: readonly string[];
}

export interface DeliveryProgress {
  readonly takeoverId: string;
  readonly boardId: string;
  readonly state: Exclude<StoredState, 'waiting' | 'unknown'>;
  readonly at: number;
  readonly errorCode: string | null;
}

/**
 * How far each state is. States only move forward; `displayed` after `dark` is the screen that was switched on, and nothing
 * follows `ended`.
 */
export const stateRank: Record<StoredState, number> = {
  unknown: 0,
  waiting: 0,
  sent: 1,
  received: 2,
  refused: 3,
  failed: 4,
  dark: 5,
  displayed: 6,
  ended: 7,
};

interface Merged {
  readonly takeoverId: string;
  readonly boardId: string;
  state: DeliveryProgress['state'];
  errorCode: string | null;
  receivedAt: number | null;
  displayedAt: number | null;
  endedAt: number | null;
}

const rankOfColumn = sql.raw(
  `(case state ${Object.entries(stateRank)
    .map(([state, rank]) => `when '${state}' then ${rank}`)
    .join(' ')} end)`,
);

/** What a row says, told apart from boards that had no player between the takeover's start and its expiry. */
const stateOfRow = sql<DeliveryState>`(case when takeover_deliveries.state = 'waiting' and not exists (
  select 1 from devices
  where devices.board_id = takeover_deliveries.board_id
    and devices.paired_at < takeovers.expires_at
    and (devices.ended_at is null or devices.ended_at > takeovers.starts_at)
) then 'unpaired' else takeover_deliveries.state end)`;

/** Reports per statement: below any limit of parameters. */
const perStatement = 500;

/** What a list asks for; what is left out is not asked. */
export interface TakeoverFilter {
  /** Older than this sequence. */
  readonly before?: Version | undefined;
  readonly status?: TakeoverRow['status'] | undefined;
  readonly level?: number | undefined;
  /** Raised in [from, to), ms UTC. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Ids of people. */
  readonly raisedBy?: readonly string[] | undefined;
}

/** Boards of one takeover in one state, and how many of them have had it or shown it. */
export interface DeliveryCount {
  readonly state: DeliveryState;
  readonly count: number;
  readonly received: number;
  readonly displayed: number;
}

function targeted(to: Targeting) {
  return (e: ExpressionBuilder<Database, 'boards'>) => {
    const standing = e('boards.deleted_at', 'is', null);
    if (to.all) return standing;
    const any = [
      ...(to.unitIds.length > 0 ? [e('boards.unit_id', 'in', to.unitIds)] : []),
      ...(to.boardIds.length > 0 ? [e('boards.id', 'in', to.boardIds)] : []),
    ];
    return e.and([standing, e.or(any)]);
  };
}

/** The end of what a board could not do leaves the reason standing. */
const codeAfter = (held: string | null, { state, errorCode }: Pick<Merged, 'state' | 'errorCode'>): string | null =>
  state === 'ended' ? (errorCode ?? held) : errorCode;

/** Reports about one board and takeover as one: the furthest state, the first time of each kind. */
function merged(reports: readonly DeliveryProgress[]): Merged[] {
  const byTarget = new Map<string, Merged>();
  const earlier = (a: number | null, b: number): number => (a === null ? b : Math.min(a, b));
  for (const report of reports) {
    const key = `${report.takeoverId} ${report.boardId}`;
    let entry = byTarget.get(key);
    if (!entry) byTarget.set(key, (entry = { ...report, receivedAt: null, displayedAt: null, endedAt: null }));
    if (stateRank[report.state] > stateRank[entry.state])
      Object.assign(entry, { state: report.state, errorCode: codeAfter(entry.errorCode, report) });
    else if (report.state === entry.state) entry.errorCode ??= report.errorCode;
    // Whatever a board says of it, it has it; `sent` is ours to say.
    if (report.state !== 'sent') entry.receivedAt = earlier(entry.receivedAt, report.at);
    if (report.state === 'displayed') entry.displayedAt = earlier(entry.displayedAt, report.at);
    if (report.state === 'ended') entry.endedAt = earlier(entry.endedAt, report.at);
  }
  return [...byTarget.values()];
}

export const takeoverRepo = {
  /** Boards that are in one of these groups. */
  async boardsInGroups(db: Db | Tx, groups: readonly string[]): Promise<string[]> {
    const rows = await db
      .selectFrom('boards')
      .select(['id', 'groups'])
      .where('groups', '<>', '[]')
      .where('deleted_at', 'is', null)
      .execute();
    return rows
      .filter((row) => (JSON.parse(row.groups) as string[]).some((group) => groups.includes(group)))
      .map((row) => row.id);
  },

  async targets(db: Db | Tx, to: Targeting): Promise<{ id: string; name: string; unit_id: string }[]> {
    return db
      .selectFrom('boards')
      .select(['id', 'name', 'unit_id'])
      .where(targeted(to))
      .orderBy('name')
      .orderBy('id')
      .execute();
  },

  async insert(tx: Tx, row: TakeoverRow): Promise<void> {
    await tx.insertInto('takeovers').values(row).execute();
  },

  /**
   * Every unit that has a target, with the ids of its targets; in one text per unit, because thousands of rows would cost the
   * event loop more than everything else of a raise.
   */
  async targetsByUnit(db: Db | Tx, to: Targeting): Promise<Map<string, string[]>> {
    const rows = await db
      .selectFrom('boards')
      .select(['unit_id', sql<string>`string_agg(id, ',')`.as('ids')])
      .where(targeted(to))
      .groupBy('unit_id')
      .execute();
    return new Map(rows.map((row) => [row.unit_id, row.ids.split(',')]));
  },

  /** Writes down who is to get it; nothing goes to those who are away yet. */
  async freezeTargets(tx: Tx, takeoverId: string, to: Targeting, away: readonly string[]): Promise<void> {
    await tx
      .insertInto('takeover_deliveries')
      .columns(['takeover_id', 'board_id', 'state'])
      .expression((e) =>
        e
          .selectFrom('boards')
          .select([
            sql<string>`cast(${takeoverId} as text)`.as('takeover_id'),
            'boards.id',
            sql<'sent'>`'sent'`.as('state'),
          ])
          .where(targeted(to)),
      )
      .execute();
    for (const chunk of chunksOf(away)) {
      await tx
        .updateTable('takeover_deliveries')
        .set({ state: 'waiting' })
        .where('takeover_id', '=', takeoverId)
        .where('board_id', 'in', chunk)
        .execute();
    }
  },

  /** Which of these are in force: nothing ended or replaced them, and they have not expired. */
  async inForce(db: Db | Tx, ids: readonly string[], now: number): Promise<Pick<TakeoverRow, 'id' | 'jws'>[]> {
    return db
      .selectFrom('takeovers')
      .select(['id', 'jws'])
      .where('id', 'in', ids)
      .where('type', '<>', 'cancel')
      .where('expires_at', '>', now)
      .where((e) =>
        e.not(
          e.exists(
            e.selectFrom('takeovers as later').select('later.id').whereRef('later.supersedes', '=', 'takeovers.id'),
          ),
        ),
      )
      .execute();
  },

  /** Counts those of these boards as targets that it is for and that were not when it was raised: added or moved since. */
  async joinTargets(tx: Tx, takeoverId: string, to: Targeting, boardIds: readonly string[]): Promise<void> {
    let joined = 0;
    for (const chunk of chunksOf(boardIds)) {
      const rows = await tx
        .insertInto('takeover_deliveries')
        .columns(['takeover_id', 'board_id', 'state'])
        .expression((e) =>
          e
            .selectFrom('boards')
            .select([
              sql<string>`cast(${takeoverId} as text)`.as('takeover_id'),
              'boards.id',
              sql<'waiting'>`'waiting'`.as('state'),
            ])
            .where(targeted(to))
            .where('boards.id', 'in', chunk),
        )
        .onConflict((conflict) => conflict.doNothing())
        .returning('board_id')
        .execute();
      joined += rows.length;
    }
    if (joined === 0) return;
    await tx
      .updateTable('takeovers')
      .set((e) => ({ target_count: e('target_count', '+', joined) }))
      .where('id', '=', takeoverId)
      .execute();
  },

  /** Of (takeover, board), those that no delivery is kept of. */
  async unknownTargets(
    db: Db | Tx,
    pairs: readonly Pick<DeliveryProgress, 'takeoverId' | 'boardId'>[],
  ): Promise<Map<string, string[]>> {
    const missing = new Map<string, string[]>();
    for (const [takeoverId, of] of Map.groupBy(pairs, (pair) => pair.takeoverId)) {
      const boardIds = [...new Set(of.map((pair) => pair.boardId))];
      const rows = await inChunks(boardIds, (chunk) =>
        db
          .selectFrom('takeover_deliveries')
          .select('board_id')
          .where('takeover_id', '=', takeoverId)
          .where('board_id', 'in', chunk)
          .execute(),
      );
      const held = new Set(rows.map((row) => row.board_id));
      const others = boardIds.filter((boardId) => !held.has(boardId));
      if (others.length > 0) missing.set(takeoverId, others);
    }
    return missing;
  },

  async takeover(db: Db | Tx, id: string): Promise<TakeoverRow | undefined> {
    return db.selectFrom('takeovers').selectAll().where('id', '=', id).executeTakeFirst();
  },

  /** The one that replaced or cancelled it. */
  async successor(db: Db | Tx, id: string): Promise<TakeoverRow | undefined> {
    return db.selectFrom('takeovers').selectAll().where('supersedes', '=', id).orderBy('counter').executeTakeFirst();
  },

  async successors(db: Db | Tx, ids: readonly string[]): Promise<TakeoverRow[]> {
    if (ids.length === 0) return [];
    return db
      .selectFrom('takeovers')
      .selectAll()
      .where('supersedes', 'in', ids)
      .orderBy('epoch')
      .orderBy('counter')
      .execute();
  },

  /** Alerts and updates, newest first; of those raised for one of these units or shown there. */
  async list(db: Db | Tx, unitIds: readonly string[], filter: TakeoverFilter, limit: number): Promise<TakeoverRow[]> {
    const { before, status, level, from, to, raisedBy } = filter;
    return db
      .selectFrom('takeovers')
      .selectAll()
      .where('type', '<>', 'cancel')
      .$if(status !== undefined, (query) => query.where('status', '=', status!))
      .$if(level !== undefined, (query) => query.where('level', '=', level!))
      .$if(from !== undefined, (query) => query.where('issued_at', '>=', from!))
      .$if(to !== undefined, (query) => query.where('issued_at', '<', to!))
      .$if(raisedBy !== undefined, (query) => query.where('raised_by', 'in', raisedBy!))
      .$if(before !== undefined, (query) =>
        query.where((e) =>
          e.or([
            e('epoch', '<', before!.epoch),
            e.and([e('epoch', '=', before!.epoch), e('counter', '<', before!.counter)]),
          ]),
        ),
      )
      .where((e) =>
        e.or([
          e('unit_id', 'in', unitIds),
          e.exists(
            e
              .selectFrom('takeover_deliveries')
              .innerJoin('boards', 'boards.id', 'takeover_deliveries.board_id')
              .select('takeover_deliveries.board_id')
              .whereRef('takeover_deliveries.takeover_id', '=', 'takeovers.id')
              .where('boards.unit_id', 'in', unitIds),
          ),
        ]),
      )
      .orderBy('epoch', 'desc')
      .orderBy('counter', 'desc')
      .limit(limit)
      .execute();
  },

  /** Units for which something was raised that has not expired. */
  async unitsOfUnexpired(db: Db | Tx, now: number): Promise<string[]> {
    const rows = await db
      .selectFrom('takeovers')
      .select('unit_id')
      .distinct()
      .where('expires_at', '>', now)
      .where('type', '<>', 'cancel')
      .execute();
    return rows.map((row) => row.unit_id);
  },

  /** What follows a board's cursor and has not expired, in order. */
  async after(
    db: Db | Tx,
    cursor: Version | null,
    now: number,
  ): Promise<{ id: string; supersedes: string | null; jws: string }[]> {
    const { epoch, counter } = cursor ?? { epoch: 0, counter: 0 };
    return db
      .selectFrom('takeovers')
      .select(['id', 'supersedes', 'jws'])
      .where('expires_at', '>', now)
      .where((e) => e.or([e('epoch', '>', epoch), e.and([e('epoch', '=', epoch), e('counter', '>', counter)])]))
      .orderBy('epoch')
      .orderBy('counter')
      .execute();
  },

  async countStates(db: Db | Tx, takeoverIds: readonly string[]): Promise<(DeliveryCount & { takeover_id: string })[]> {
    if (takeoverIds.length === 0) return [];
    const rows = await db
      .selectFrom('takeover_deliveries')
      .innerJoin('takeovers', 'takeovers.id', 'takeover_deliveries.takeover_id')
      .select((e) => ['takeover_id', stateOfRow.as('state'), e.fn.countAll<number>().as('count')])
      .select((e) => [
        e.fn.count<number>('received_at').as('received'),
        e.fn.count<number>('displayed_at').as('displayed'),
      ])
      .where('takeover_id', 'in', takeoverIds)
      .groupBy(['takeover_id', stateOfRow])
      .execute();
    return rows.map((row) => ({
      ...row,
      count: Number(row.count),
      received: Number(row.received),
      displayed: Number(row.displayed),
    }));
  },

  async deliveries(db: Db | Tx, takeoverId: string) {
    return db
      .selectFrom('takeover_deliveries')
      .innerJoin('takeovers', 'takeovers.id', 'takeover_deliveries.takeover_id')
      .innerJoin('boards', 'boards.id', 'takeover_deliveries.board_id')
      .select([
        'takeover_deliveries.board_id',
        'boards.name as board_name',
        'boards.unit_id',
        stateOfRow.as('state'),
        'error_code',
      ])
      .select(['received_at', 'displayed_at', 'ended_at'])
      .where('takeover_id', '=', takeoverId)
      .orderBy('boards.name')
      .orderBy('boards.id')
      .execute();
  },

  async deliveryUnits(db: Db | Tx, takeoverId: string): Promise<string[]> {
    const rows = await db
      .selectFrom('takeover_deliveries')
      .innerJoin('boards', 'boards.id', 'takeover_deliveries.board_id')
      .select('boards.unit_id')
      .distinct()
      .where('takeover_id', '=', takeoverId)
      .execute();
    return rows.map((row) => row.unit_id);
  },

  /** When boards showed takeovers in [from, to): until they said that one ended, or its expiry. */
  async shown(
    db: Db | Tx,
    boardIds: readonly string[],
    { from, to }: { from: number; to: number },
  ): Promise<{ boardId: string; from: number; to: number }[]> {
    const end = sql<number>`coalesce(takeover_deliveries.ended_at, takeovers.expires_at)`;
    const rows = await inChunks(boardIds, (chunk) =>
      db
        .selectFrom('takeovers')
        .innerJoin('takeover_deliveries', 'takeover_deliveries.takeover_id', 'takeovers.id')
        .select(['takeover_deliveries.board_id', 'takeover_deliveries.displayed_at', end.as('end')])
        .where('takeovers.expires_at', '>', from)
        .where('takeovers.starts_at', '<', to)
        .where('takeover_deliveries.board_id', 'in', chunk)
        .where('takeover_deliveries.displayed_at', '<', to)
        .where(end, '>', from)
        .execute(),
    );
    return rows.map((row) => ({ boardId: row.board_id, from: row.displayed_at!, to: row.end }));
  },

  /** Writes reports. Boards that are not targets, and reports that would go backward, change nothing. */
  async report(tx: Tx, reports: readonly DeliveryProgress[]): Promise<void> {
    const all = merged(reports);
    for (let i = 0; i < all.length; i += perStatement) {
      const text = (value: string | null) => sql`cast(${value} as text)`;
      const int = (value: number | null) => sql`cast(${value} as bigint)`;
      const values = all.slice(i, i + perStatement).map((r) => {
        const fields = [text(r.takeoverId), text(r.boardId), text(r.state), int(stateRank[r.state]), text(r.errorCode)];
        return sql`(${sql.join([...fields, int(r.receivedAt), int(r.displayedAt), int(r.endedAt)])})`;
      });
      // An unnamed VALUES has the columns column1, column2 … on both dialects.
      await sql`
        update takeover_deliveries set
          state = case when v.column4 > ${rankOfColumn} then v.column3 else state end,
          error_code = case
            when v.column3 = 'ended' then coalesce(v.column5, error_code)
            when v.column4 > ${rankOfColumn} then v.column5
            when v.column4 = ${rankOfColumn} then coalesce(error_code, v.column5)
            else error_code
          end,
          received_at = coalesce(received_at, v.column6),
          displayed_at = coalesce(displayed_at, v.column7),
          ended_at = coalesce(ended_at, v.column8)
        from (values ${sql.join(values)}) as v
        where takeover_deliveries.takeover_id = v.column1 and takeover_deliveries.board_id = v.column2
      `.execute(tx);
    }
  },

  /** The alerts and updates that end of themselves next after a time: usually one, all of the same instant. */
  async nextExpiries(db: Db | Tx, after: number): Promise<{ id: string; expires_at: number }[]> {
    return db
      .selectFrom('takeovers')
      .select(['id', 'expires_at'])
      .where('type', '<>', 'cancel')
      .where('expires_at', '=', (e) =>
        e
          .selectFrom('takeovers')
          .select((f) => f.fn.min<number>('expires_at').as('soonest'))
          .where('expires_at', '>', after)
          .where('type', '<>', 'cancel'),
      )
      .execute();
  },
};
