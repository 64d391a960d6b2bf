/**
 * Plays of obligations, by the index `plays_of_obligations`: what is asked for are boards and hours, never all plays of a day.
 */
import { sql, type RawBuilder } from 'kysely';
import { inChunks } from '../../store/chunks.ts';
import type { Db, Tx } from '../../store/store.ts';
import { piecesOf } from '../../turns.ts';
import { counted } from './counting.ts';
import { afterPlay, type PlayPlace } from './repo.ts';

/** Plays of one obligation: of each hour so many were asked for. */
export interface ObligedHours {
  readonly obligationId: string;
  readonly boardIds: readonly string[];
  readonly perHour: number;
  /** Starts of hours, ms UTC, ascending, each `phaseMs` after a full one. */
  readonly phaseMs: number;
  readonly starts: readonly number[];
}

/** What a board has shown of an obligation. */
export interface ObligedCount {
  readonly boardId: string;
  /** All counted plays in the hours. */
  readonly shown: number;
  /** Of each hour at most so many as were asked for. */
  readonly met: number;
}

/** Boards times hours per statement, so that no reader is held for long. */
export const hoursPerCount = 1000;
const boardsPerCount = 500;
const hourMs = 3_600_000;
const forgivenMs = 60_000;

const ofObligation = (obligationId: string) =>
  sql<boolean>`plays.why = 'obligation' and plays.why_id = ${obligationId}`;

const rowsOf = (numbers: readonly number[]) => sql.join(numbers.map((n) => sql`(cast(${n} as bigint))`));

/** By which numbers plays name boards; those that never had a player are left out. */
async function boardsByNo(db: Db | Tx, boardIds: readonly string[]): Promise<Map<number, string>> {
  const rows = await inChunks(boardIds, (chunk) =>
    db.selectFrom('journals').select(['board_no', 'board_id']).distinct().where('board_id', 'in', chunk).execute(),
  );
  return new Map(rows.map((row) => [row.board_no, row.board_id]));
}

/** Rows about any number of boards, some boards at a time. @param hours that each of them is asked about */
async function ofBoards<T extends { no: number }>(
  db: Db | Tx,
  boardIds: readonly string[],
  hours: number,
  read: (numbers: readonly number[]) => Promise<readonly T[]>,
): Promise<(T & { readonly boardId: string })[]> {
  const boards = await boardsByNo(db, boardIds);
  const found: (T & { boardId: string })[] = [];
  const most = Math.min(boardsPerCount, hoursPerCount / hours);
  for (const some of piecesOf([...boards.keys()], most))
    found.push(...(await read(some)).map((row) => ({ ...row, boardId: boards.get(row.no)! })));
  return found;
}

export const obligedRepo = {
  /** Counted plays by board; boards without any are left out. */
  async counts(db: Db | Tx, asked: ObligedHours): Promise<ObligedCount[]> {
    const { obligationId, boardIds, perHour, phaseMs, starts } = asked;
    const [first, last] = [starts[0], starts.at(-1)];
    if (first === undefined || last === undefined) return [];
    const hour = sql<number>`((plays.start_at - ${sql.lit(phaseMs)}) / ${sql.lit(hourMs)})`;
    const wanted = starts.map((start) => (start - phaseMs) / hourMs);
    const found = await ofBoards(db, boardIds, starts.length, (numbers) =>
      db
        .selectFrom(
          db
            .selectFrom('plays')
            .select(['plays.board_no', hour.as('hour')])
            .select((e) => e.fn.countAll<number>().as('n'))
            .where(ofObligation(obligationId))
            .where('plays.board_no', 'in', numbers)
            .where('plays.start_at', '>=', first)
            .where('plays.start_at', '<', last + hourMs)
            .where(counted)
            .groupBy(['plays.board_no', hour])
            .as('hourly'),
        )
        .select('hourly.board_no as no')
        .select([
          sql<number>`sum(n)`.as('shown'),
          sql<number>`sum(case when n > ${sql.lit(perHour)} then ${sql.lit(perHour)} else n end)`.as('met'),
        ])
        .where('hourly.hour', 'in', wanted)
        .groupBy('hourly.board_no')
        .execute(),
    );
    return found.map(({ boardId, shown, met }) => ({ boardId, shown: Number(shown), met: Number(met) }));
  },

  /**
   * How many plays boards lacked in these hours while they were on record; boards that lacked none are left out. What may lie in times of
   * which nothing is on record is not among them: of each hour the share that no play of any kind covers. A minute of it is forgiven,
   * which is what a restart takes. By the index `plays_board` alone, for all plays of these hours are looked at.
   */
  async missing(db: Db | Tx, { obligationId, boardIds, perHour, starts }: ObligedHours): Promise<Map<string, number>> {
    const [hour, n, forgiven] = [sql.lit(hourMs), sql.lit(perHour), sql.lit(forgivenMs)];
    const within = sql`plays.board_no = no and plays.start_at >= at and plays.start_at < at + ${hour}`;
    const least = (a: RawBuilder<unknown>, b: RawBuilder<unknown>) =>
      sql`case when ${a} < ${b} then ${a} else ${b} end`;
    // An unnamed VALUES has the columns column1, column2 … on both dialects. What is not materialized is worked out anew wherever it is named.
    const read = async (numbers: readonly number[], some: readonly number[]) => {
      const { rows } = await sql<{ no: number; n: number }>`
        with looked as (
          select b.column1 as no, h.column1 as at from (values ${rowsOf(numbers)}) as b, (values ${rowsOf(some)}) as h
        ), short as materialized (
          select * from (
            select no, at, (select count(*) from plays where ${ofObligation(obligationId)} and ${within} and ${counted}) as met
            from looked
          ) as hourly where met < ${n}
        ), covered as materialized (
          select no, ${n} - met as lacking,
            (select cast(sum(${least(sql`plays.painted_ms`, sql`at + ${hour} - plays.start_at`)}) as bigint)
              from plays where ${within}) as begun,
            (select plays.start_at + plays.painted_ms - at from plays where plays.board_no = no and plays.start_at < at
              order by plays.start_at desc limit 1) as earlier
          from short
        ), bared as (
          select no, lacking,
            ${hour} - coalesce(begun, 0) - case when earlier > 0 then ${least(sql`earlier`, hour)} else 0 end as bare
          from covered
        ), shared as (
          select no, lacking, case when bare <= ${forgiven} then 0 else ((bare - ${forgiven}) * ${n} + ${hour} - 1) / ${hour} end as share
          from bared
        )
        select no, sum(lacking - share) as n from shared where share < lacking group by no
      `.execute(db);
      return rows;
    };
    const missing = new Map<string, number>();
    for (const some of piecesOf(starts, hoursPerCount))
      for (const { boardId, n } of await ofBoards(db, boardIds, some.length, (numbers) => read(numbers, some)))
        missing.set(boardId, (missing.get(boardId) ?? 0) + Number(n));
    return missing;
  },

  /** When each board first showed an obligation, ms UTC; those that never did are left out. */
  async first(
    db: Db | Tx,
    obligationId: string,
    boardIds: readonly string[],
  ): Promise<{ boardId: string; at: number }[]> {
    const found = await ofBoards(db, boardIds, 1, async (numbers) => {
      const { rows } = await sql<{ no: number; at: number | null }>`
        select b.column1 as no, (
          select plays.start_at from plays
          where ${ofObligation(obligationId)} and plays.board_no = b.column1 and ${counted}
          order by plays.start_at limit 1
        ) as at from (values ${rowsOf(numbers)}) as b
      `.execute(db);
      return rows;
    });
    return found.flatMap(({ boardId, at }) => (at === null ? [] : [{ boardId, at }]));
  },

  /** Each play of an obligation on some boards in [from, to), the newest first. */
  async plays(
    db: Db | Tx,
    asked: { obligationId: string; boardIds: readonly string[]; from: number; to: number },
    after: PlayPlace | null,
    limit: number,
  ) {
    const numbers = [...(await boardsByNo(db, asked.boardIds)).keys()];
    if (numbers.length === 0) return [];
    let query = db
      .selectFrom('plays')
      .innerJoin('journals', 'journals.no', 'plays.journal_no')
      .selectAll('plays')
      .select(['journals.id as journal_id', 'journals.board_id'])
      .where(ofObligation(asked.obligationId))
      .where('plays.board_no', 'in', numbers)
      .where('plays.start_at', '>=', asked.from)
      .where('plays.start_at', '<', asked.to);
    if (after !== null) query = query.where(afterPlay(after));
    return query
      .orderBy('plays.start_at', 'desc')
      .orderBy('plays.journal_no', 'desc')
      .orderBy('plays.seq', 'desc')
      .limit(limit)
      .execute();
  },
};
