/** What boards do, put into one word each by the database: nobody else can count 10,000 of them in a moment. */
import { sql, type RawBuilder } from 'kysely';
import type { BoardCondition, ConditionReason } from '../../../../shared/protocol/api/overview.ts';
import { forkIsNewsMs } from '../../../../shared/protocol/board-condition.ts';
import { provingHosts } from '../../../../shared/protocol/journal.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Db } from '../../store/store.ts';

export interface ConditionRow {
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly unit_id: string;
  readonly condition: BoardCondition;
  readonly reason: ConditionReason | null;
  readonly since: number | null;
}

/** @param unitIds null: of all units */
function conditions(unitIds: readonly string[] | null, now: number): RawBuilder<unknown> {
  const of = unitIds === null ? sql`true` : unitIds.length === 0 ? sql`false` : sql`unit_id in (${sql.join(unitIds)})`;
  const unproved = sql`states.host is not null and states.host not in (${sql.join(provingHosts)})`;
  return sql`
    select boards.id, boards.name, boards.place, boards.unit_id,
      case
        when players.board_id is null then 'unpaired'
        when states.since is null then 'unknown'
        when states.online = 0 then 'offline'
        when forks.at is not null or progress.state = 'refused' or ${unproved} then 'incident'
        when states.shows is null then 'unknown'
        when states.shows = 'content' then 'playing'
        when states.shows = 'cut' then 'fallback'
        else states.shows
      end as condition,
      case
        when players.board_id is null then null
        when states.since is null then 'never'
        when states.online = 0 then null
        when forks.at is not null then 'journal_fork'
        when progress.state = 'refused' then 'programme_refused'
        when ${unproved} then 'unproved'
        when states.shows is null then 'silent'
        when states.shows = 'cut' then 'source_cut'
      end as reason,
      case
        when players.board_id is null then null
        when states.online = 0 then states.since
        when forks.at is not null then forks.at
        when progress.state = 'refused' then progress.at
        when ${unproved} or states.shows is null then states.since
        else states.shows_since
      end as since
    from boards
      left join devices as players on players.board_id = boards.id and players.ended_at is null
      left join board_states as states on states.board_id = boards.id
      left join programme_progress as progress on progress.board_id = boards.id
      left join (
        select board_id, max(forked_at) as at from journals where forked_at > ${now - forkIsNewsMs} group by board_id
      ) as forks on forks.board_id = boards.id
    where boards.deleted_at is null and ${of}`;
}

/** How many boards of each unit are in each condition for the same reason, and since when the first of them is. */
export async function countConditions(db: Db, unitIds: readonly string[] | null, now: number) {
  const { rows } = await sql<{
    unit_id: string;
    condition: BoardCondition;
    reason: ConditionReason | null;
    count: number;
    since: number | null;
  }>`
    select unit_id, condition, reason, count(*) as count, min(since) as since
    from (${conditions(unitIds, now)}) as boards_now group by unit_id, condition, reason`.execute(db);
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

/** Whether any board was heard of at `since` (ms UTC) or later. */
export async function anyHeardSince(db: Db, unitIds: readonly string[] | null, since: number): Promise<boolean> {
  const heard = db
    .selectFrom('board_states')
    .innerJoin('boards', 'boards.id', 'board_states.board_id')
    .select('board_id')
    .where('last_seen_at', '>=', since)
    .limit(1);
  if (unitIds === null) return (await heard.executeTakeFirst()) !== undefined;
  return (await inChunks(unitIds, (chunk) => heard.where('unit_id', 'in', chunk).execute())).length > 0;
}

/** Whether any board says that it shows something of what it was given, whatever stands against its proof. */
export async function anyShowsContent(db: Db, unitIds: readonly string[] | null): Promise<boolean> {
  const shows = db
    .selectFrom('board_states')
    .innerJoin('boards', 'boards.id', 'board_states.board_id')
    .select('board_id')
    .where('shows', '=', 'content')
    .where('deleted_at', 'is', null)
    .limit(1);
  if (unitIds === null) return (await shows.executeTakeFirst()) !== undefined;
  return (await inChunks(unitIds, (chunk) => shows.where('unit_id', 'in', chunk).execute())).length > 0;
}

/** Whether any board outside the unit is online, or was at `since` (ms UTC) or later. */
export async function anyOnlineOutside(db: Db, unitId: string, since: number): Promise<boolean> {
  const found = await db
    .selectFrom('board_states')
    .innerJoin('boards', 'boards.id', 'board_states.board_id')
    .innerJoin('devices', 'devices.board_id', 'boards.id')
    .select('boards.id')
    .where('devices.ended_at', 'is', null)
    .where('boards.deleted_at', 'is', null)
    .where('boards.unit_id', '<>', unitId)
    .where(({ eb, or }) => or([eb('board_states.online', '=', 1), eb('board_states.since', '>=', since)]))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** Those that are in it the longest first; who has no such time comes last. */
export async function boardsIn(
  db: Db,
  unitIds: readonly string[] | null,
  now: number,
  {
    condition,
    after,
    limit,
  }: { condition: BoardCondition; after: { since: number; id: string } | null; limit: number },
): Promise<ConditionRow[]> {
  const place = sql`coalesce(since, ${Number.MAX_SAFE_INTEGER})`;
  const later =
    after === null ? sql`true` : sql`(${place} > ${after.since} or (${place} = ${after.since} and id > ${after.id}))`;
  const { rows } = await sql<ConditionRow>`
    select id, name, place, unit_id, condition, reason, since from (${conditions(unitIds, now)}) as boards_now
    where condition = ${condition} and ${later} order by ${place}, id limit ${limit}`.execute(db);
  return rows;
}
