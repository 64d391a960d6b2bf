/**
 * What was found by reading all of a table: the pages of recycle bins, in their order and by folded words as all lists (boards had none);
 * and the parts of programmes that are a notice.
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0027-found-by-key',
  statements(dialect) {
    const words = dialect === 'sqlite' ? 'text' : 'text collate "C"';
    // As in 0010: PostgreSQL's index rows are too short for long names.
    const folded = dialect === 'sqlite' ? ', folded' : '';
    const said = (field: string): string =>
      dialect === 'sqlite' ? `json_extract(body, '$.${field}')` : `body::json ->> '${field}'`;
    return [
      `alter table boards add column folded ${words} not null default ''`,
      ...['notices', 'playlists', 'schedule_entries', 'boards'].flatMap((table) => [
        `drop index ${table}_bin`,
        `create index ${table}_bin on ${table} (deleted_at desc, id desc, unit_id${folded}) where deleted_at is not null`,
      ]),
      `alter table parts add column notice_id text`,
      `update parts set notice_id = ${said('noticeId')} where ${said('kind')} = 'notice'`,
      `create index parts_of_notice on parts (notice_id) where notice_id is not null`,
    ];
  },
};
