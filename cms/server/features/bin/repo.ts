/** What lies in the recycle bin, across the tables of what people edit. */
import { sql } from 'kysely';
import type { BinKind } from '../../../../shared/protocol/api/bin.ts';
import { inChunks } from '../../store/chunks.ts';
import {
  countEdited,
  editedIds,
  newestFirst,
  type EditedFilter,
  type EditPlace,
  type ListedTable,
} from '../../store/edited-page.ts';
import type { Db } from '../../store/store.ts';

export interface BinnedRow {
  readonly id: string;
  readonly unitId: string;
  readonly name: string;
  /** ms UTC */
  readonly deletedAt: number;
  readonly deletedBy: string | null;
}

const tables: Record<BinKind, { readonly table: ListedTable; readonly name: string }> = {
  notice: { table: 'notices', name: 'title' },
  playlist: { table: 'playlists', name: 'name' },
  schedule: { table: 'schedule_entries', name: 'name' },
  board: { table: 'boards', name: 'name' },
};

/** `binnedSince` and the words of the rows to look for. */
export type BinFilter = Required<Pick<EditedFilter<ListedTable>, 'statements' | 'binnedSince'>>;

/** At most `limit` rows after a place, the last deleted first; no text is read but names. */
export async function findBinned(
  db: Db,
  kind: BinKind,
  filter: BinFilter,
  place: { after: EditPlace | null; limit: number },
): Promise<BinnedRow[]> {
  const { table, name } = tables[kind];
  const ids = await editedIds(db, table, filter, place);
  const rows = await inChunks(ids, (chunk) =>
    db
      // The columns that are read are those of all four; Kysely has no name for «one of them».
      .selectFrom(table as 'playlists')
      .select(['id', 'unit_id as unitId', 'deleted_by as deletedBy', sql.ref<string>(name).as('name')])
      .select(({ ref }) => ref('deleted_at').$notNull().as('deletedAt'))
      .where('id', 'in', chunk)
      .where('deleted_at', 'is not', null)
      .execute(),
  );
  return newestFirst(rows, ({ deletedAt }) => deletedAt);
}

export const count = (db: Db, kind: BinKind, filter: BinFilter): Promise<number> =>
  countEdited(db, tables[kind].table, filter);

/** The units that have a board out of use. */
export async function unitsWithRetired(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('boards').select('unit_id').distinct().where('deleted_at', 'is not', null).execute();
  return rows.map((row) => row.unit_id);
}

/** The notices of playlists, an id for each item, by playlist. */
export async function findItems(db: Db, playlistIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await inChunks(playlistIds, (chunk) =>
    db.selectFrom('playlists').select(['id', 'items']).where('id', 'in', chunk).execute(),
  );
  return new Map(
    rows.map((row) => [row.id, (JSON.parse(row.items) as { noticeId: string }[]).map((item) => item.noticeId)]),
  );
}

/** Of these notices those that are not deleted, with their units. */
export async function findStanding(db: Db, noticeIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await inChunks([...new Set(noticeIds)], (chunk) =>
    db
      .selectFrom('notices')
      .select(['id', 'unit_id'])
      .where('id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .execute(),
  );
  return new Map(rows.map((row) => [row.id, row.unit_id]));
}
