/** What is saved of the things that people have editors for. */
import { sql } from 'kysely';
import type { EditedKind } from '../../../shared/protocol/api/console.ts';
import type { Database } from '../store/schema.ts';
import type { Db } from '../store/store.ts';

export interface SavedThing {
  readonly unitId: string;
  /** null: it is deleted, or ended. */
  readonly revision: number | null;
  readonly savedBy: { readonly id: string; readonly name: string };
  readonly savedAt: number;
}

/** Each has the columns that are read here; who ended an obligation is who wrote it last. */
const tables = {
  notice: 'notices',
  playlist: 'playlists',
  schedule: 'schedule_entries',
  obligation: 'obligations',
} as const satisfies Record<EditedKind, keyof Database>;

/** @returns null where there never was such a thing */
export async function findSaved(db: Db, kind: EditedKind, id: string): Promise<SavedThing | null> {
  const by =
    kind === 'obligation'
      ? sql.ref<string>('thing.updated_by')
      : sql<string>`coalesce(thing.deleted_by, thing.updated_by)`;
  const row = await db
    .selectFrom(`${tables[kind] as 'notices'} as thing`)
    .innerJoin('users', (join) => join.on('users.id', '=', by))
    .select(['thing.unit_id', 'thing.revision', 'thing.updated_at', 'thing.deleted_at', 'users.id', 'users.name'])
    .where('thing.id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  return {
    unitId: row.unit_id,
    revision: row.deleted_at === null ? row.revision : null,
    savedBy: { id: row.id, name: row.name },
    savedAt: row.deleted_at ?? row.updated_at,
  };
}
