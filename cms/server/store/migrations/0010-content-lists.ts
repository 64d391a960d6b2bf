/** Notices, playlists and schedule entries: search without diacritics, lists by newest edit a page at a time. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0010-content-lists',
  statements(dialect) {
    const words = dialect === 'sqlite' ? 'text' : 'text collate "C"';
    // Which rows are on a page is read from the index alone, in its order, until the page is full. PostgreSQL's index rows are too short for long names.
    const folded = dialect === 'sqlite' ? ', folded' : '';
    const filters = { notices: ', category', playlists: '', schedule_entries: ', playlist_id' };
    return Object.entries(filters).flatMap(([table, filter]) => [
      `alter table ${table} add column folded ${words} not null default ''`,
      `create index ${table}_edited on ${table}
        (updated_at desc, id desc, unit_id, deleted_at${filter}${folded}) where deleted_at is null`,
    ]);
  },
};
