/** Who shows a media file, across the tables of content. Hashes and ids are unmistakable, so a search in JSON text is exact. */
import type { ExpressionBuilder } from 'kysely';
import { standing } from '../../store/bin.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export interface Use {
  readonly id: string;
  readonly name: string;
  readonly unitId: string;
}

export interface Uses {
  readonly notices: Use[];
  readonly playlists: Use[];
  readonly obligations: Use[];
}

/** As it is now, or as boards are given it: the version that was approved last. */
function showsIt(eb: ExpressionBuilder<Database, 'notices'>, hash: string) {
  const held = `%"${hash}"%`;
  return eb.or([
    eb('content', 'like', held),
    eb.exists(
      eb
        .selectFrom('notice_versions as version')
        .select('version.number')
        .whereRef('version.notice_id', '=', 'notices.id')
        .whereRef('version.number', '=', 'notices.approved_version')
        .where('version.content', 'like', held),
    ),
  ]);
}

/** Notices that show this content, by title; with `since` (ms UTC) also those that can be restored. */
export async function findNoticesShowing(db: Db | Tx, hash: string, since: number | null = null): Promise<Use[]> {
  const rows = await db
    .selectFrom('notices')
    .select(['id', 'title', 'unit_id'])
    .where((eb) => showsIt(eb, hash))
    .where(standing(since))
    .orderBy('title')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ id: row.id, name: row.title, unitId: row.unit_id }));
}

export async function findUses(db: Db | Tx, hash: string): Promise<Uses> {
  const notices = await findNoticesShowing(db, hash);
  const titles = new Map(notices.map((notice) => [notice.id, notice.name]));
  if (notices.length === 0) return { notices, playlists: [], obligations: [] };
  // One pass over the playlists, however many notices there are.
  const lists = await db
    .selectFrom('playlists')
    .select(['id', 'name', 'unit_id', 'items'])
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .orderBy('id')
    .execute();
  const obligations = await inChunks([...titles.keys()], (chunk) =>
    db
      .selectFrom('obligations')
      .select(['id', 'notice_id', 'unit_id'])
      .where('notice_id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .execute(),
  );
  return {
    notices,
    playlists: lists
      .filter(({ items }) => [...titles.keys()].some((id) => items.includes(`"${id}"`)))
      .map((row) => ({ id: row.id, name: row.name, unitId: row.unit_id })),
    obligations: obligations.map((row) => ({
      id: row.id,
      name: titles.get(row.notice_id) ?? '',
      unitId: row.unit_id,
    })),
  };
}

/** Whether a notice shows it, or one would that is restored: it was deleted at `since` (ms UTC) or later. */
export async function isShown(db: Db | Tx, hash: string, since: number): Promise<boolean> {
  const row = await db
    .selectFrom('notices')
    .select('id')
    .where((eb) => showsIt(eb, hash))
    .where(standing(since))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
