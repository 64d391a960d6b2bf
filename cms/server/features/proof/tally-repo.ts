/** The sums of plays, and how far each journal stands in them. */
import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { Database, PlaySums } from '../../store/schema.ts';
import type { Db, Store, Tx } from '../../store/store.ts';
import type { JournalRange } from './repo.ts';

const sumNames = ['completed', 'partial', 'exercise', 'uncounted', 'painted_ms'] as const;

/** The columns that tell the sums of a table apart. */
const keysOf = {
  play_hours: ['hour', 'unit_id'],
  board_days: ['day', 'board_id', 'unit_id'],
  content_days: ['day', 'kind', 'content_id', 'unit_id', 'board_id'],
} as const;
export type TallyTable = keyof typeof keysOf;
type ContentKind = Database['content_days']['kind'];

/** A notice or a takeover. */
export interface Content {
  readonly kind: ContentKind;
  readonly id: string;
}

/** Whose sums are asked for, those of these units (null: of all there are), in [from, to), ms UTC. */
export interface TallySpan {
  readonly unitIds: readonly string[] | null;
  readonly from: number;
  readonly to: number;
}

/** Journals with records that are in no sum yet. */
export async function untallied(db: Db, limit: number): Promise<JournalRange[]> {
  const rows = await db
    .selectFrom('journals')
    .leftJoin('journal_tallies', 'journal_tallies.journal_no', 'journals.no')
    .select(['journals.no', 'journals.last_seq', 'journal_tallies.seq'])
    .where((e) => e('journals.last_seq', '>', e.fn.coalesce('journal_tallies.seq', sql.lit(0))))
    .limit(limit)
    .execute();
  return rows.map((row) => ({ journalNo: row.no, fromSeq: row.seq ?? 0, toSeq: row.last_seq }));
}

/** @returns how many moved: a journal that is summed up to elsewhere than `fromSeq` does not */
export async function moveTallies(tx: Tx, ranges: readonly JournalRange[]): Promise<number> {
  await tx
    .insertInto('journal_tallies')
    .values(ranges.map(({ journalNo }) => ({ journal_no: journalNo, seq: 0 })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const values = ranges.map(
    ({ journalNo, fromSeq, toSeq }) =>
      sql`(cast(${journalNo} as bigint), cast(${fromSeq} as bigint), cast(${toSeq} as bigint))`,
  );
  const done = await sql`
    update journal_tallies set seq = v.column3 from (values ${sql.join(values)}) as v
    where journal_tallies.journal_no = v.column1 and journal_tallies.seq = v.column2
  `.execute(tx);
  return Number(done.numAffectedRows ?? 0n);
}

/** Adds to the sums. No two rows may have the same key. */
export async function addSums<T extends TallyTable>(
  store: Store,
  tx: Tx,
  table: T,
  rows: readonly Selectable<Database[T]>[],
): Promise<void> {
  const columns = [...keysOf[table], ...sumNames] as (keyof Selectable<Database[T]> & keyof Database[T] & string)[];
  const values = rows.map((row) => columns.map((column) => row[column] as string | number));
  await store.insertMany(tx, table, columns, values, { addTo: keysOf[table] });
}

const dayMs = 86_400_000;
const summed = sql.join(sumNames.map((name) => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`));
const sumColumns = sql.join(sumNames.map((name) => sql.ref(name)));
const mostFirst = sql`completed + partial desc`;

const within = (time: 'hour' | 'day', { unitIds, from, to }: TallySpan): RawBuilder<unknown> => {
  const units =
    unitIds === null ? sql`true` : unitIds.length === 0 ? sql`false` : sql`unit_id in (${sql.join(unitIds)})`;
  return sql`${sql.ref(time)} >= ${from} and ${sql.ref(time)} < ${to} and ${units}`;
};

/** PostgreSQL gives sums as text. */
async function rowsOf<T extends object>(db: Db, query: RawBuilder<unknown>): Promise<(T & PlaySums)[]> {
  const { rows } = await (query as RawBuilder<T & PlaySums>).execute(db);
  for (const row of rows) for (const name of sumNames) row[name] = Number(row[name]) as (typeof row)[typeof name];
  return rows;
}

export const byHour = (db: Db, span: TallySpan) =>
  rowsOf<{ hour: number }>(
    db,
    sql`select hour, ${summed} from play_hours where ${within('hour', span)} group by hour order by hour`,
  );

export const byUnit = (db: Db, span: TallySpan) =>
  rowsOf<{ unit_id: string }>(
    db,
    sql`select unit_id, ${summed} from play_hours where ${within('hour', span)} group by unit_id`,
  );

/** Those that showed most first. @param content only of this; @param limit null: all */
export function byBoard(db: Db, span: TallySpan, content: Content | null, limit: number | null) {
  const sums = content
    ? sql`select board_id, ${summed} from content_days
        where kind = ${content.kind} and content_id = ${content.id} and ${within('day', span)} group by board_id`
    : sql`select board_id, ${summed} from board_days where ${within('day', span)} group by board_id`;
  return rowsOf<{ board_id: string; name: string; unit_id: string; deleted_at: number | null }>(
    db,
    sql`select sums.*, boards.name, boards.unit_id, boards.deleted_at from (${sums}) as sums
      join boards on boards.id = sums.board_id order by ${mostFirst}, board_id ${upTo(limit)}`,
  );
}

/**
 * Notices and alerts that were shown, with what they are called, which is kept after their deletion, the most often shown first; and
 * notices by category, and by the unit that answered for them on that day. All from one reading, day by day as the rows lie: there are as
 * many as boards times what they show.
 * @param limit of the contents; null: all
 */
export async function byContent(db: Db, span: TallySpan, limit: number | null) {
  const rows = await rowsOf<{
    kind: ContentKind | null;
    content_id: string;
    title: string | null;
    takeover_status: string | null;
    category: string | null;
    unit_id: string | null;
  }>(
    db,
    sql`with sums as materialized (
        select day, kind, content_id, ${summed} from content_days
        where ${within('day', span)} group by day, kind, content_id
      ), most as (
        select kind, content_id, ${summed} from sums
        group by kind, content_id order by ${sql`sum(completed) + sum(partial) desc`}, content_id ${upTo(limit)}
      ), answered as (
        select sums.*, coalesce((
          select version.unit_id from notice_versions as version
          where version.notice_id = content_id and version.state = 'approved'
            and coalesce(version.decided_at, 0) < sums.day + ${dayMs}
          order by version.number desc limit 1
        ), notices.unit_id) as unit_id
        from sums join notices on notices.id = content_id where kind = 'notice'
      )
      select * from (
      select kind, content_id, coalesce(takeovers.headline, notices.title) as title, takeovers.status as takeover_status,
        null as category, null as unit_id, ${sumColumns}
      from most
        left join notice_headings as notices on kind = 'notice' and notices.id = content_id
        left join takeovers on kind = 'takeover' and takeovers.id = content_id
      union all
      select null, null, null, null, notices.category, null, ${summed}
      from sums join notice_headings as notices on notices.id = content_id where kind = 'notice' group by notices.category
      union all
      select null, null, null, null, null, unit_id, ${summed} from answered group by unit_id
      ) as lines order by ${mostFirst}, content_id, category, unit_id`,
  );
  return {
    contents: rows.flatMap(({ kind, category: _, unit_id: __, ...row }) => (kind === null ? [] : { kind, ...row })),
    categories: rows.flatMap(({ category, content_id: _, unit_id: __, ...row }) =>
      category === null ? [] : { category, ...row },
    ),
    origins: rows.flatMap(({ unit_id, content_id: _, category: __, ...row }) =>
      unit_id === null ? [] : { unit_id, ...row },
    ),
  };
}

/** How many boards have told of anything that counts. */
export async function boardsSeen(db: Db, span: TallySpan): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct board_id) as count from board_days
    where completed + partial > 0 and ${within('day', span)}`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

/** Whether anything that counts was ever shown in these units. */
export async function anythingShown(db: Db, unitIds: readonly string[] | null): Promise<boolean> {
  const span = { unitIds, from: 0, to: Number.MAX_SAFE_INTEGER };
  const { rows } = await sql`
    select 1 from play_hours where completed + partial > 0 and ${within('hour', span)} limit 1`.execute(db);
  return rows.length > 0;
}

const upTo = (limit: number | null): RawBuilder<unknown> => (limit === null ? sql`` : sql`limit ${limit}`);
