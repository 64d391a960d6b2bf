/** What lies in the recycle bin, across the tables of what people edit. */
import { sql } from 'kysely';
import type { BinKind } from '../../../../shared/protocol/api/bin.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Db } from '../../store/store.ts';

export interface BinnedRow {
  readonly id: string;
  readonly unitId: string;
  readonly name: string;
  /** ms UTC */
  readonly deletedAt: number;
  readonly deletedBy: string | null;
}

const tables: Record<BinKind, { readonly table: string; readonly name: string }> = {
  notice: { table: 'notices', name: 'title' },
  playlist: { table: 'playlists', name: 'name' },
  schedule: { table: 'schedule_entries', name: 'name' },
  board: { table: 'boards', name: 'name' },
};

/** All that these units deleted at `since` (ms UTC) or later, the last first: a bin is small, and no text is read but names. */
export async function findBinned(
  db: Db,
  kind: BinKind,
  unitIds: readonly string[],
  since: number,
): Promise<BinnedRow[]> {
  const { table, name } = tables[kind];
  const rows = await inChunks(unitIds, (chunk) =>
    db
      // The columns that are read are those of all four; Kysely has no name for «one of them».
      .selectFrom(table as 'playlists')
      .select(['id', 'unit_id', 'deleted_by', sql.ref<string>(name).as('name')])
      .select(({ ref }) => ref('deleted_at').$notNull().as('deleted_at'))
      .where('deleted_at', '>=', since)
      .where('unit_id', 'in', chunk)
      .execute(),
  );
  return rows
    .map((row) => ({
      id: row.id,
      unitId: row.unit_id,
      name: row.name,
      deletedAt: row.deleted_at,
      deletedBy: row.deleted_by,
    }))
    .sort((a, b) => b.deletedAt - a.deletedAt || (a.id < b.id ? 1 : -1));
}

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
