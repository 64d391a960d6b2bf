/**
 * What a notice is called where boards have shown it: as its approved version says, whatever has been written since. And since when
 * a board shows what it shows.
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0020-shown-headings',
  statements: (dialect) => [
    `create view notice_headings as
      select notices.id, coalesce(approved.title, notices.title) as title,
        coalesce(approved.category, notices.category) as category
      from notices left join notice_versions as approved
        on approved.notice_id = notices.id and approved.number = notices.approved_version`,
    `alter table board_states add column shows_since ${dialect === 'sqlite' ? 'integer' : 'bigint'}`,
  ],
};
