/**
 * The recycle bin: who deleted what, beside who wrote it last, which until now the one column for both had forgotten. Of a notice that
 * was submitted the version still knows its writer.
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0026-bin',
  statements() {
    const writer = `(select version.edited_by from notice_versions version
      where version.notice_id = notices.id and version.revision = notices.revision
      order by version.number desc limit 1)`;
    return [
      ...['notices', 'playlists', 'schedule_entries', 'boards'].flatMap((table) => [
        `alter table ${table} add column deleted_by text`,
        `create index ${table}_bin on ${table} (deleted_at) where deleted_at is not null`,
      ]),
      ...['notices', 'playlists', 'schedule_entries'].map(
        (table) => `update ${table} set deleted_by = updated_by where deleted_at is not null`,
      ),
      `update notices set updated_by = ${writer} where deleted_at is not null and ${writer} is not null`,
    ];
  },
};
