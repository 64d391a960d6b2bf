/** Journals with their evidence, and the plays and events read from it. Rows are added, never changed. */
import { sql, type Selectable } from 'kysely';
import type { PlaysQuery } from '../../../../shared/protocol/api/proof.ts';
import type { JournalBatch } from '../../../../shared/protocol/journal.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Database, PlaySums } from '../../store/schema.ts';
import type { Db, Store, Tx } from '../../store/store.ts';
import { counted, countedExercise, countedReal, ofContent } from './counting.ts';
import type { RowText } from './verify.ts';

export type JournalRow = Selectable<Database['journals']>;

/** verify.ts makes rows in this order. */
const playColumns = [
  'journal_no',
  'seq',
  'start_at',
  'painted_ms',
  'notice_id',
  'takeover_id',
  'why',
  'why_id',
  'outcome',
  'host',
  'clock',
  'offset_ms',
  'board_no',
] as const;
const eventColumns = ['journal_id', 'seq', 'at', 'type', 'body', 'board_id'] as const;

/** Where a play stands in the list of a board's plays: no two stand in the same place. */
export interface PlayPlace {
  readonly startAt: number;
  readonly journalNo: number;
  readonly seq: number;
}

/** Where an event stands in the list of a board's events. */
export interface EventPlace {
  readonly at: number;
  readonly journalId: string;
  readonly seq: number;
}

/** A journal's cursor, from where to where. */
export interface CursorMove {
  readonly journalId: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly toHash: string;
}

/** Records of a journal, after one and up to another. */
export interface JournalRange {
  readonly journalNo: number;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** By which plays name a board; none of one that never had a player. */
const boardNo = (boardId: string) =>
  sql<number>`(select min(journals.board_no) from journals where journals.board_id = ${boardId})`;

/** Plays of one hour, board, unit and content; PostgreSQL gives sums as text. */
interface SumRow extends Record<keyof PlaySums, number | string> {
  hour: number;
  board_id: string;
  unit_id: string;
  notice_id: string | null;
  takeover_id: string | null;
}

const sumIf = (what: ReturnType<typeof sql>, of = sql`1`) => sql<number>`sum(case when ${what} then ${of} else 0 end)`;

const joined = (rows: readonly RowText[]): { count: number; json: string } => {
  const filled = rows.filter(({ count }) => count > 0);
  return {
    count: filled.reduce((sum, { count }) => sum + count, 0),
    json: `[${filled.map(({ json }) => json).join(',')}]`,
  };
};

/** What follows a place in a list with the newest first. */
export const afterPlay = ({ startAt, journalNo, seq }: PlayPlace) =>
  sql<boolean>`(plays.start_at, plays.journal_no, plays.seq) < (cast(${startAt} as bigint), cast(${journalNo} as bigint), cast(${seq} as bigint))`;

export const proofRepo = {
  async journal(db: Db | Tx, id: string): Promise<(JournalRow & { device_key: string }) | undefined> {
    return db
      .selectFrom('journals')
      .innerJoin('devices', 'devices.id', 'journals.device_id')
      .selectAll('journals')
      .select('devices.device_key')
      .where('journals.id', '=', id)
      .executeTakeFirst();
  },

  async countJournals(db: Db | Tx, deviceId: string): Promise<number> {
    const row = await db
      .selectFrom('journals')
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('board_id', '=', (e) => e.selectFrom('devices').select('board_id').where('id', '=', deviceId))
      .where('device_id', '=', deviceId)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },

  async insertBatches(tx: Tx, batches: readonly (JournalBatch & { receivedAt: number })[]): Promise<void> {
    await tx
      .insertInto('journal_batches')
      .values(
        batches.map((batch) => ({
          journal_id: batch.journalId,
          first_seq: batch.firstSeq,
          last_seq: batch.lastSeq,
          lines: batch.lines,
          signature: batch.signature,
          received_at: batch.receivedAt,
        })),
      )
      .execute();
  },

  async insertPlays(store: Store, tx: Tx, rows: readonly RowText[]): Promise<void> {
    await store.insertMany(tx, 'plays', playColumns, joined(rows));
  },

  async insertEvents(store: Store, tx: Tx, rows: readonly RowText[]): Promise<void> {
    await store.insertMany(tx, 'board_events', eventColumns, joined(rows));
  },

  /** @returns how many moved; one that was not where it was thought to be, or has forked, does not move */
  async moveCursors(tx: Tx, moves: readonly CursorMove[]): Promise<number> {
    const values = moves.map(
      (m) =>
        sql`(cast(${m.journalId} as text), cast(${m.fromSeq} as bigint), cast(${m.toSeq} as bigint), cast(${m.toHash} as text))`,
    );
    // An unnamed VALUES has the columns column1, column2 … on both dialects.
    const done = await sql`
      update journals set last_seq = v.column3, last_hash = v.column4
      from (values ${sql.join(values)}) as v
      where journals.id = v.column1 and journals.last_seq = v.column2 and journals.forked_at is null
    `.execute(tx);
    return Number(done.numAffectedRows ?? 0n);
  },

  /** The held batch that covers a number. */
  async batchCovering(
    db: Db | Tx,
    journalId: string,
    seq: number,
  ): Promise<{ first_seq: number; lines: Uint8Array } | undefined> {
    return db
      .selectFrom('journal_batches')
      .select(['first_seq', 'lines'])
      .where('journal_id', '=', journalId)
      .where('first_seq', '<=', seq)
      .where('last_seq', '>=', seq)
      .orderBy('first_seq', 'desc')
      .limit(1)
      .executeTakeFirst();
  },

  /** How many batches of a board's forks are kept, and whether this one is among them. Their text stays where it is. */
  async forksKept(db: Db | Tx, boardId: string, batch: JournalBatch): Promise<{ count: number; held: boolean }> {
    const same = sql<number>`case when signature = ${batch.signature} and first_seq = ${batch.firstSeq} then 1 else 0 end`;
    const row = await db
      .selectFrom('journal_forks')
      .innerJoin('journals', 'journals.id', 'journal_forks.journal_id')
      .select((e) => [e.fn.countAll<number>().as('count'), e.fn.max<number | null>(same).as('held')])
      .where('journals.board_id', '=', boardId)
      .executeTakeFirstOrThrow();
    return { count: Number(row.count), held: Number(row.held) === 1 };
  },

  async insertFork(tx: Tx, id: string, batch: JournalBatch, receivedAt: number): Promise<void> {
    await tx
      .insertInto('journal_forks')
      .values({
        id,
        journal_id: batch.journalId,
        first_seq: batch.firstSeq,
        last_seq: batch.lastSeq,
        lines: batch.lines,
        signature: batch.signature,
        received_at: receivedAt,
      })
      .execute();
  },

  /** @returns false when it was marked before */
  async markForked(tx: Tx, journalId: string, now: number): Promise<boolean> {
    const done = await tx
      .updateTable('journals')
      .set({ forked_at: now })
      .where('id', '=', journalId)
      .where('forked_at', 'is', null)
      .executeTakeFirst();
    return done.numUpdatedRows > 0n;
  },

  async boardUnit(db: Db | Tx, boardId: string): Promise<string | undefined> {
    const row = await db.selectFrom('boards').select('unit_id').where('id', '=', boardId).executeTakeFirst();
    return row?.unit_id;
  },

  /** Newest first, with the title of what was shown, kept after its deletion. */
  async plays(
    db: Db | Tx,
    { boardId, kind, contentId, from, to }: Pick<PlaysQuery, 'boardId' | 'kind' | 'contentId' | 'from' | 'to'>,
    after: PlayPlace | null,
    limit: number,
  ) {
    let query = db
      .selectFrom('plays')
      .innerJoin('journals', 'journals.no', 'plays.journal_no')
      .leftJoin('notice_headings', 'notice_headings.id', 'plays.notice_id')
      .leftJoin('notices', 'notices.id', 'plays.notice_id')
      .leftJoin('takeovers', 'takeovers.id', 'plays.takeover_id')
      .selectAll('plays')
      .select(['journals.id as journal_id', 'journals.board_id'])
      .select((e) => e.fn.coalesce('takeovers.headline', 'notice_headings.title').as('title'))
      .select((e) => {
        // As it was approved last before it was shown; the notice may be another unit's since.
        const approved = e
          .selectFrom('notice_versions as version')
          .select('version.unit_id')
          .whereRef('version.notice_id', '=', 'plays.notice_id')
          .where('version.state', '=', 'approved')
          .where((v) => v(v.fn.coalesce('version.decided_at', sql.lit(0)), '<=', v.ref('plays.start_at')))
          .orderBy('version.number', 'desc')
          .limit(1);
        return e.fn.coalesce('takeovers.unit_id', approved, 'notices.unit_id').as('issuer_id');
      })
      .select('takeovers.status as takeover_status')
      .where('plays.board_no', '=', boardNo(boardId));
    if (after !== null) query = query.where(afterPlay(after));
    if (from !== undefined) query = query.where('plays.start_at', '>=', from);
    if (to !== undefined) query = query.where('plays.start_at', '<', to);
    // An alert may be made from a notice: it is a play of the alert.
    if (kind === 'takeover') query = query.where('plays.takeover_id', '=', contentId!);
    if (kind === 'notice')
      query = query.where('plays.notice_id', '=', contentId!).where('plays.takeover_id', 'is', null);
    return query
      .orderBy('plays.start_at', 'desc')
      .orderBy('plays.journal_no', 'desc')
      .orderBy('plays.seq', 'desc')
      .limit(limit)
      .execute();
  },

  /** How often players have started since a time; boards whose player has not are left out. */
  async startsSince(db: Db, boardIds: readonly string[], since: number): Promise<Map<string, number>> {
    const rows = await inChunks(boardIds, (chunk) =>
      db
        .selectFrom('board_events')
        .select((e) => ['board_id' as const, e.fn.countAll<number | string>().as('count')])
        .where('board_id', 'in', chunk)
        .where('at', '>=', since)
        .where('type', '=', 'booted')
        .groupBy('board_id')
        .execute(),
    );
    return new Map(rows.map((row) => [row.board_id, Number(row.count)]));
  },

  /** Newest first. */
  async events(db: Db, boardId: string, after: EventPlace | null, limit: number) {
    let query = db.selectFrom('board_events').selectAll().where('board_id', '=', boardId);
    if (after !== null) {
      query = query.where(
        sql<boolean>`(at, journal_id, seq) < (cast(${after.at} as bigint), cast(${after.journalId} as text), cast(${after.seq} as bigint))`,
      );
    }
    return query.orderBy('at', 'desc').orderBy('journal_id', 'desc').orderBy('seq', 'desc').limit(limit).execute();
  },

  async incidents(db: Db | Tx, boardId: string): Promise<number> {
    const row = await db
      .selectFrom('journal_forks')
      .innerJoin('journals', 'journals.id', 'journal_forks.journal_id')
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('journals.board_id', '=', boardId)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },

  /** Per notice and per takeover: plays of supervised hosts, in full and in part or as exercises, and beside them those that count for nothing. */
  async counts(db: Db | Tx, boardId: string, from: number, to: number) {
    const rows = await db
      .selectFrom('plays')
      .leftJoin('notice_headings', 'notice_headings.id', 'plays.notice_id')
      .leftJoin('takeovers', 'takeovers.id', 'plays.takeover_id')
      .select(['plays.notice_id', 'plays.takeover_id'])
      .select([
        sql<string | null>`coalesce(max(takeovers.headline), max(notice_headings.title))`.as('title'),
        sql<string | null>`max(takeovers.status)`.as('takeover_status'),
      ])
      .select([
        sumIf(sql`${countedReal} and plays.outcome = 'completed'`).as('completed'),
        sumIf(sql`${countedReal} and plays.outcome <> 'completed'`).as('partial'),
        sumIf(countedExercise).as('exercise'),
        sumIf(sql`not ${counted}`).as('uncounted'),
        sumIf(counted, sql`plays.painted_ms`).as('painted_ms'),
      ])
      .where('plays.board_no', '=', boardNo(boardId))
      .where('plays.start_at', '>=', from)
      .where('plays.start_at', '<', to)
      .where(ofContent)
      .groupBy(['plays.notice_id', 'plays.takeover_id'])
      .orderBy('completed', 'desc')
      .execute();
    return rows.map((row) => ({
      noticeId: row.notice_id,
      takeoverId: row.takeover_id,
      isExercise: row.takeover_status === 'exercise',
      title: row.title,
      completed: Number(row.completed),
      partial: Number(row.partial),
      exercise: Number(row.exercise),
      uncounted: Number(row.uncounted),
      paintedMs: Number(row.painted_ms),
    }));
  },

  /** Sums of what is in these ranges: by the hour in which plays began, the board, the unit that it belonged to then, and what was shown. */
  async sumsOf(db: Db, ranges: readonly JournalRange[]) {
    const values = ranges.map(
      ({ journalNo, fromSeq, toSeq }) =>
        sql`(cast(${journalNo} as bigint), cast(${fromSeq} as bigint), cast(${toSeq} as bigint))`,
    );
    const { rows } = await sql<SumRow>`
      select (plays.start_at / 3600000) * 3600000 as hour, boards.id as board_id, plays.notice_id, plays.takeover_id,
        coalesce(
          (select from_unit_id from board_moves
           where board_id = boards.id and at > plays.start_at order by at limit 1),
          boards.unit_id
        ) as unit_id,
        ${sumIf(sql`${countedReal} and plays.outcome = 'completed'`)} as completed,
        ${sumIf(sql`${countedReal} and plays.outcome <> 'completed'`)} as partial,
        ${sumIf(countedExercise)} as exercise,
        ${sumIf(sql`not ${counted}`)} as uncounted,
        ${sumIf(counted, sql`plays.painted_ms`)} as painted_ms
      from (values ${sql.join(values)}) as range
        join plays on plays.journal_no = range.column1 and plays.seq > range.column2 and plays.seq <= range.column3
        join journals on journals.no = plays.journal_no
        join boards on boards.id = journals.board_id
        left join takeovers on takeovers.id = plays.takeover_id
      where ${ofContent}
      group by 1, 2, 3, 4, 5
    `.execute(db);
    return rows;
  },
};
