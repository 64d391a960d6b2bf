/**
 * Plays of obligations, by the index `plays_of_obligations`: what is asked for are boards and hours, never all plays of a day.
 */
import { sql } from 'kysely';
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

/** Boards per statement, so that no reader is held for long. */
const boardsPerCount = 500;
const hourMs = 3_600_000;

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

/** Rows about any number of boards, some boards at a time. */
async function ofBoards<T extends { no: number }>(
  db: Db | Tx,
  boardIds: readonly string[],
  read: (numbers: readonly number[]) => Promise<readonly T[]>,
): Promise<(T & { readonly boardId: string })[]> {
  const boards = await boardsByNo(db, boardIds);
  const found: (T & { boardId: string })[] = [];
  for (const some of piecesOf([...boards.keys()], boardsPerCount))
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
    const found = await ofBoards(db, boardIds, (numbers) =>
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
   * In how many of the hours a board recorded any play, and was heard of after: of these it is known what was on. One look by
   * index for each board and hour.
   */
  async recordedHours(
    db: Db | Tx,
    { boardIds, starts }: Pick<ObligedHours, 'boardIds' | 'starts'>,
  ): Promise<Map<string, number>> {
    if (starts.length === 0) return new Map();
    // An unnamed VALUES has the columns column1, column2 … on both dialects.
    const found = await ofBoards(db, boardIds, async (numbers) => {
      const { rows } = await sql<{ no: number; hours: number }>`
        select b.column1 as no, count(*) as hours from (values ${rowsOf(numbers)}) as b, (values ${rowsOf(starts)}) as h
        where exists (select 1 from plays where plays.board_no = b.column1
            and plays.start_at >= h.column1 and plays.start_at < h.column1 + ${sql.lit(hourMs)})
          and exists (select 1 from plays where plays.board_no = b.column1
            and plays.start_at >= h.column1 + ${sql.lit(hourMs)})
        group by b.column1
      `.execute(db);
      return rows;
    });
    return new Map(found.map(({ boardId, hours }) => [boardId, Number(hours)]));
  },

  /** When each board first showed an obligation, ms UTC; those that never did are left out. */
  async first(
    db: Db | Tx,
    obligationId: string,
    boardIds: readonly string[],
  ): Promise<{ boardId: string; at: number }[]> {
    const found = await ofBoards(db, boardIds, async (numbers) => {
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
