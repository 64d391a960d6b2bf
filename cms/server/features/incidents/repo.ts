/** Incidents, their boards, and what there is to tell of them. */
import { sql } from 'kysely';
import {
  incidentEvidence,
  type IncidentAbout,
  type IncidentEvidence,
  type IncidentKind,
} from '../../../../shared/protocol/incident.ts';
import { chunksOf, inChunks } from '../../store/chunks.ts';
import { nextNumber } from '../../store/settings.ts';
import type { Db, Store, Tx } from '../../store/store.ts';

/** A board with a player that was there once. */
export interface StandingRow {
  readonly id: string;
  readonly unit_id: string;
  readonly zone: string;
  readonly online: number;
  readonly since: number;
}

export interface IncidentRow {
  readonly id: string;
  readonly about: IncidentAbout;
  readonly kind: IncidentKind;
  readonly unit_id: string;
  readonly since: number;
  readonly opened_at: number;
  readonly looked_at: number | null;
  readonly ended_at: number | null;
  readonly evidence: IncidentEvidence;
}

export interface IncidentBoardRow {
  readonly incident_id: string;
  readonly board_id: string;
  readonly since: number;
  readonly ended_at: number | null;
}

const toRow = <T extends { evidence: string }>(row: T) => ({
  ...row,
  evidence: incidentEvidence.parse(JSON.parse(row.evidence)),
});

export async function standings(db: Db): Promise<StandingRow[]> {
  const rows = await db
    .selectFrom('boards')
    .innerJoin('board_states', 'board_states.board_id', 'boards.id')
    .select(['boards.id', 'unit_id', 'zone', 'online', 'since'])
    .where('deleted_at', 'is', null)
    .where('since', 'is not', null)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('devices').select('devices.id').whereRef('board_id', '=', 'boards.id').where('ended_at', 'is', null),
      ),
    )
    .execute();
  return rows.map((row) => ({ ...row, since: row.since! }));
}

export async function openIncidents(db: Db): Promise<IncidentRow[]> {
  const rows = await db
    .selectFrom('incidents')
    .selectAll()
    .where('ended_at', 'is', null)
    .orderBy('opened_at')
    .execute();
  return rows.map(toRow);
}

/** Boards that are in trouble by an incident that goes on. */
export async function troubledBoards(db: Db): Promise<IncidentBoardRow[]> {
  return db
    .selectFrom('incident_boards as of')
    .innerJoin('incidents', 'incidents.id', 'of.incident_id')
    .selectAll('of')
    .where('incidents.ended_at', 'is', null)
    .where('of.ended_at', 'is', null)
    .execute();
}

export async function insertIncident(
  store: Store,
  tx: Tx,
  { evidence, ...row }: IncidentRow,
  boards: readonly { boardId: string; since: number }[],
): Promise<void> {
  await tx
    .insertInto('incidents')
    .values({ ...row, evidence: JSON.stringify(evidence) })
    .execute();
  await insertBoards(store, tx, row.id, boards);
}

/** A board that was well again and is not joins once more, from then on. @returns how many had not been in it before */
export async function joinBoards(
  store: Store,
  tx: Tx,
  incidentId: string,
  boards: readonly { boardId: string; since: number }[],
): Promise<number> {
  let again = 0;
  for (const chunk of chunksOf(boards.map(({ boardId }) => boardId))) {
    const { numDeletedRows } = await tx
      .deleteFrom('incident_boards')
      .where('incident_id', '=', incidentId)
      .where('board_id', 'in', chunk)
      .executeTakeFirstOrThrow();
    again += Number(numDeletedRows);
  }
  await insertBoards(store, tx, incidentId, boards);
  return boards.length - again;
}

const insertBoards = (
  store: Store,
  tx: Tx,
  incidentId: string,
  boards: readonly { boardId: string; since: number }[],
): Promise<void> =>
  store.insertMany(
    tx,
    'incident_boards',
    ['incident_id', 'board_id', 'since', 'ended_at'],
    boards.map(({ boardId, since }) => [incidentId, boardId, since, null]),
  );

export async function endBoards(tx: Tx, incidentId: string, boardIds: readonly string[], at: number): Promise<void> {
  for (const chunk of chunksOf(boardIds))
    await tx
      .updateTable('incident_boards')
      .set({ ended_at: at })
      .where('incident_id', '=', incidentId)
      .where('board_id', 'in', chunk)
      .execute();
}

export async function updateIncident(
  tx: Tx,
  id: string,
  { evidence, ...set }: Pick<IncidentRow, 'evidence' | 'kind' | 'looked_at' | 'ended_at'>,
): Promise<void> {
  await tx
    .updateTable('incidents')
    .set({ ...set, evidence: JSON.stringify(evidence) })
    .where('id', '=', id)
    .execute();
}

interface News {
  readonly at: number;
  readonly what: 'opened' | 'ended' | 'reminded';
  readonly incident_id?: string;
  readonly unit_id?: string;
  readonly reminders?: string;
}

/** Numbered in the transaction of the change: none is forgotten, and none told before it is true. */
export async function insertNews(tx: Tx, news: readonly News[]): Promise<void> {
  for (const { incident_id = null, unit_id = null, reminders = null, ...rest } of news) {
    const no = await nextNumber(tx, 'incident_news');
    await tx
      .insertInto('incident_news')
      .values({ no, incident_id, unit_id, reminders, ...rest })
      .execute();
  }
}

/** Which of these reminders were given. @returns keys «board what until step» */
export async function givenReminders(db: Db | Tx, boardIds: readonly string[]): Promise<Set<string>> {
  const rows = await inChunks(boardIds, (chunk) =>
    db
      .selectFrom('upkeep_reminders')
      .select(['board_id', 'what', 'until', 'step'])
      .where('board_id', 'in', chunk)
      .execute(),
  );
  return new Set(rows.map((row) => `${row.board_id} ${row.what} ${row.until} ${row.step}`));
}

export async function insertReminder(
  tx: Tx,
  row: { board_id: string; what: string; until: number; step: number; at: number },
): Promise<void> {
  await tx
    .insertInto('upkeep_reminders')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Those with a board in these units: found from the boards on, however many there are of others. @param unitIds null: of all units */
const withBoardIn = (unitIds: readonly string[] | null) =>
  unitIds === null
    ? sql<boolean>`true`
    : unitIds.length === 0
      ? sql<boolean>`false`
      : sql<boolean>`id in (
          select of.incident_id from boards join incident_boards as of on of.board_id = boards.id
          where boards.unit_id in (${sql.join(unitIds)})
        )`;

/** The latest first. @param after where the page before ended */
export async function incidentPage(
  db: Db,
  unitIds: readonly string[] | null,
  { state, after, limit }: { state: 'open' | 'ended'; after: { at: number; id: string } | null; limit: number },
): Promise<IncidentRow[]> {
  const at = state === 'open' ? 'opened_at' : 'ended_at';
  let query = db
    .selectFrom('incidents')
    .selectAll()
    .where('ended_at', state === 'open' ? 'is' : 'is not', null)
    .where(withBoardIn(unitIds));
  if (after)
    query = query.where(sql<boolean>`(${sql.ref(at)}, id) < (cast(${after.at} as bigint), cast(${after.id} as text))`);
  return (await query.orderBy(at, 'desc').orderBy('id', 'desc').limit(limit).execute()).map(toRow);
}

export async function countOpen(db: Db, unitIds: readonly string[] | null): Promise<number> {
  const row = await db
    .selectFrom('incidents')
    .select((e) => e.fn.countAll<number | string>().as('count'))
    .where('ended_at', 'is', null)
    .where(withBoardIn(unitIds))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function incidentsById(db: Db, ids: readonly string[]): Promise<IncidentRow[]> {
  const rows = await inChunks(ids, (chunk) =>
    db.selectFrom('incidents').selectAll().where('id', 'in', chunk).execute(),
  );
  return rows.map(toRow);
}

/** Boards of incidents, by what they are called and where they belong now; in trouble first, then by name. */
const boardsByName = (db: Db, incidentIds: readonly string[]) =>
  db
    .selectFrom('incident_boards as of')
    .innerJoin('boards', 'boards.id', 'of.board_id')
    .select(['of.incident_id', 'of.board_id', 'of.since', 'of.ended_at', 'boards.name', 'boards.unit_id'])
    .where('of.incident_id', 'in', incidentIds)
    .orderBy(inTroubleFirst)
    .orderBy('boards.name')
    .orderBy('of.board_id');
const inTroubleFirst = sql`case when of.ended_at is null then 0 else 1 end`;

export const boardsOf = (db: Db, incidentIds: readonly string[]) =>
  inChunks(incidentIds, (chunk) => boardsByName(db, chunk).execute());

/** The first `most` boards of each incident. @param unitIds null: of all units. @returns each with the counts of all of its incident */
export const firstBoardsOf = (
  db: Db,
  incidentIds: readonly string[],
  unitIds: readonly string[] | null,
  most: number,
) =>
  inChunks(incidentIds, (chunk) =>
    db
      .selectFrom(
        boardsByName(db, chunk)
          .$if(unitIds !== null, (query) => query.where('boards.unit_id', 'in', unitIds!))
          .clearOrderBy()
          .select([
            sql<number>`row_number() over (
              partition by of.incident_id order by ${inTroubleFirst}, boards.name, of.board_id
            )`.as('place'),
            sql<number | string>`count(*) over (partition by of.incident_id)`.as('count'),
            sql<number | string>`count(of.ended_at) over (partition by of.incident_id)`.as('well'),
          ])
          .as('placed'),
      )
      .selectAll()
      .where('place', '<=', most)
      .orderBy('place')
      .execute(),
  );

export const newsAfter = (db: Db, no: number) =>
  db.selectFrom('incident_news').selectAll().where('no', '>', no).orderBy('no').execute();

export async function lastNewsNo(db: Db | Tx): Promise<number> {
  const row = await db
    .selectFrom('incident_news')
    .select((e) => e.fn.max('no').as('no'))
    .executeTakeFirst();
  return Number(row?.no ?? 0);
}

/** Forgets news of before a time: whoever was not told by then reads the page. The newest stays, for its number. */
export async function deleteNews(db: Db, before: number): Promise<void> {
  await db
    .deleteFrom('incident_news')
    .where('at', '<', before)
    .where('no', '<', (e) => e.selectFrom('incident_news').select((f) => f.fn.max('no').as('no')))
    .execute();
}

/** Forgets incidents that ended before a time. */
export async function deleteEnded(store: Store, before: number): Promise<void> {
  await store.transaction(async (tx) => {
    const over = tx
      .selectFrom('incidents')
      .select('id')
      .where('ended_at', 'is not', null)
      .where('ended_at', '<', before);
    await tx.deleteFrom('incident_boards').where('incident_id', 'in', over).execute();
    await tx.deleteFrom('incidents').where('id', 'in', over).execute();
  });
}
