import { sql, type Expression, type ExpressionBuilder, type RawBuilder, type Selectable, type SqlBool } from 'kysely';
import { z } from 'zod';
import { playlistItem } from '../../../../shared/protocol/programme.ts';
import { foldedName, mapInTurns } from '../../listing.ts';
import { inChunks } from '../../store/chunks.ts';
import { countEdited, editedIds, type EditedFilter, type EditPlace } from '../../store/edited-page.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Store, Tx } from '../../store/store.ts';
import type { Use } from '../notices/uses.ts';

const items = z.array(playlistItem);
export type PlaylistItem = z.infer<typeof playlistItem>;

export interface PlaylistRecord {
  readonly id: string;
  readonly unitId: string;
  readonly name: string;
  readonly items: PlaylistItem[];
  readonly revision: number;
  readonly updatedAt: number;
}
export type PlaylistValues = Pick<PlaylistRecord, 'unitId' | 'name' | 'items'>;

function toRecord(row: Selectable<Database['playlists']>): PlaylistRecord {
  return {
    id: row.id,
    unitId: row.unit_id,
    name: row.name,
    items: items.parse(JSON.parse(row.items)),
    revision: row.revision,
    updatedAt: row.updated_at,
  };
}

const toColumns = (values: PlaylistValues) => ({
  unit_id: values.unitId,
  name: values.name,
  folded: foldedName(values.name),
  items: JSON.stringify(values.items),
});

export async function findPlaylist(db: Db | Tx, id: string): Promise<PlaylistRecord | null> {
  const row = await db
    .selectFrom('playlists')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** What lies in the recycle bin since `since` (ms UTC) or later. */
export async function findInBin(db: Db | Tx, id: string, since: number): Promise<PlaylistRecord | null> {
  const row = await db
    .selectFrom('playlists')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', '>=', since)
    .executeTakeFirst();
  return row ? toRecord(row) : null;
}

const live = (db: Db | Tx, ids: readonly string[]) =>
  db.selectFrom('playlists').selectAll().where('id', 'in', ids).where('deleted_at', 'is', null);

export async function findPlaylists(db: Db | Tx, ids: readonly string[]): Promise<PlaylistRecord[]> {
  return (await inChunks(ids, (chunk) => live(db, chunk).execute())).map(toRecord);
}

/** As `findPlaylists`, and until the transaction ends nobody changes or deletes them. */
export async function holdPlaylists(tx: Tx, ids: readonly string[]): Promise<PlaylistRecord[]> {
  return (await inChunks(ids, (chunk) => live(tx, chunk).forShare().execute())).map(toRecord);
}

/** Also of deleted ones. */
export async function findNames(
  db: Db | Tx,
  ids: readonly string[],
): Promise<Map<string, Pick<PlaylistRecord, 'name' | 'unitId'>>> {
  const rows = await inChunks(ids, (chunk) =>
    db.selectFrom('playlists').select(['id', 'name', 'unit_id']).where('id', 'in', chunk).execute(),
  );
  return new Map(rows.map((row) => [row.id, { name: row.name, unitId: row.unit_id }]));
}

export type PlaylistConditions = ExpressionBuilder<Database, 'playlists'>;

/** Whether a playlist holds the notice. Ids are unmistakable in JSON text. */
export const holdsNotice = (eb: PlaylistConditions, noticeId: string): Expression<SqlBool> =>
  eb('items', 'like', `%"${noticeId}"%`);

/** Why boards do not show items, if they do not: taken down, never approved, or entertaining, which rests while there is mourning. */
const kinds = ['takenDown', 'unapproved', 'entertaining', 'other'] as const;

/** What items of one kind come to. They themselves can be a thousand, and stay where the database works. */
export interface Sums {
  readonly count: number;
  /** Of those that have a length of their own, together. */
  readonly ownMs: number;
  /** The notices of those that have none, as often as they occur. */
  readonly noticeIds: readonly string[];
}
export type ItemSums = Readonly<Record<(typeof kinds)[number], Sums>>;
export interface PlaylistSummary extends Omit<PlaylistRecord, 'items'> {
  readonly sums: ItemSums;
  /** When items are played, each time once. */
  readonly validities: Pick<PlaylistItem, 'validFrom' | 'validTo'>[];
}

/** A row's items, each with its kind. */
const itemsOf = (each: RawBuilder<unknown>, times: RawBuilder<unknown>) => sql`(
    select value ->> 'noticeId' as notice_id, value ->> 'durationMs' as ms, ${times} as times, case
      when notices.takedown_id is not null then 'takenDown'
      when notices.id is not null and notices.approved_version is null then 'unapproved'
      when notice_versions.entertainment = 1 then 'entertaining' else 'other' end as kind
    from ${each}
    left join notices on notices.id = value ->> 'noticeId'
    left join notice_versions on notice_versions.notice_id = notices.id and notice_versions.number = notices.approved_version
  ) as item`;

/** The sums of a row's items, in the words of a dialect. */
const sumsOf: Record<Store['dialect'], RawBuilder<string>> = {
  sqlite: sql`(select json_group_array(json(sums)) from (
      select json_object('kind', kind, 'count', count(*), 'ownMs', coalesce(sum(ms), 0),
        'noticeIds', json_group_array(notice_id) filter (where ms is null), 'times', json_group_array(distinct times)) as sums
      from ${itemsOf(sql`json_each(playlists.items)`, sql`json_array(value ->> 'validFrom', value ->> 'validTo') || ''`)}
      group by kind) as by_kind)`,
  postgres: sql`(select coalesce(json_agg(sums), '[]')::text from (
      select json_build_object('kind', kind, 'count', count(*), 'ownMs', coalesce(sum(ms::bigint), 0),
        'noticeIds', coalesce(json_agg(notice_id) filter (where ms is null), '[]'), 'times', json_agg(distinct times)) as sums
      from ${itemsOf(sql`json_array_elements(playlists.items::json)`, sql`json_build_array(value -> 'validFrom', value -> 'validTo')::text`)}
      group by kind) as by_kind)`,
};
const rowSums = z.array(
  z.object({
    kind: z.enum(kinds),
    count: z.int(),
    ownMs: z.int(),
    noticeIds: z.array(z.string()),
    times: z.array(z.string()),
  }),
);
const none: Sums = { count: 0, ownMs: 0, noticeIds: [] };
const times = z.tuple([z.int().nullable(), z.int().nullable()]);

const byKind = (found: z.infer<typeof rowSums>): ItemSums => {
  const of = (kind: (typeof kinds)[number]): Sums => found.find((some) => some.kind === kind) ?? none;
  return {
    takenDown: of('takenDown'),
    unapproved: of('unapproved'),
    entertaining: of('entertaining'),
    other: of('other'),
  };
};

/** What the items of one playlist come to. */
export async function findSums(dialect: Store['dialect'], db: Db | Tx, id: string): Promise<ItemSums> {
  const row = await db
    .selectFrom('playlists')
    .select(sumsOf[dialect].as('sums'))
    .where('id', '=', id)
    .executeTakeFirst();
  return byKind(row ? rowSums.parse(JSON.parse(row.sums)) : []);
}

/** Newest edit first. */
export async function findPage(
  { dialect, read: db }: Pick<Store, 'dialect' | 'read'>,
  filter: EditedFilter<'playlists'>,
  place: { after: EditPlace | null; limit: number },
): Promise<PlaylistSummary[]> {
  const ids = await editedIds(db, 'playlists', filter, place);
  const rows = await inChunks(ids, (chunk) =>
    db
      .selectFrom('playlists')
      .select(['id', 'unit_id', 'name', 'revision', 'updated_at', sumsOf[dialect].as('sums')])
      .where('id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .execute(),
  );
  const found = new Map(
    (
      await mapInTurns(rows, (row): PlaylistSummary => {
        const found = rowSums.parse(JSON.parse(row.sums));
        const spans = new Set(found.flatMap((some) => some.times));
        const validities = [...spans].sort().map((span) => {
          const [validFrom, validTo] = times.parse(JSON.parse(span));
          return { validFrom, validTo };
        });
        const { id, unit_id: unitId, name, revision, updated_at: updatedAt } = row;
        return { id, unitId, name, revision, updatedAt, validities, sums: byKind(found) };
      })
    ).map((summary) => [summary.id, summary]),
  );
  return ids.flatMap((id) => found.get(id) ?? []);
}

export const count = (db: Db | Tx, filter: EditedFilter<'playlists'>): Promise<number> =>
  countEdited(db, 'playlists', filter);

export async function insertPlaylist(
  tx: Tx,
  id: string,
  values: PlaylistValues,
  by: string,
  now: number,
): Promise<void> {
  await tx
    .insertInto('playlists')
    .values({
      ...toColumns(values),
      id,
      revision: 1,
      created_at: now,
      updated_at: now,
      updated_by: by,
      deleted_at: null,
    })
    .execute();
}

/** @returns false when somebody edited or deleted it since `revision` */
export async function updatePlaylist(
  tx: Tx,
  id: string,
  revision: number,
  values: PlaylistValues,
  by: string,
  now: number,
): Promise<boolean> {
  const done = await tx
    .updateTable('playlists')
    .set({ ...toColumns(values), revision: revision + 1, updated_at: now, updated_by: by })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** The schedule entries and then the boards that play it, by name. */
export async function usesOf(db: Db | Tx, id: string): Promise<Use[]> {
  const entries = await db
    .selectFrom('schedule_entries')
    .select(['unit_id', 'name'])
    .where('playlist_id', '=', id)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .execute();
  const boards = await db
    .selectFrom('boards')
    .select(['unit_id', 'name'])
    .where('default_playlist_id', '=', id)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .execute();
  return [...entries, ...boards].map((row) => ({ unitId: row.unit_id, name: row.name }));
}
