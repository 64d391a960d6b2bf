/**
 * Notices are found by what they say as well: by their document number and by words of their text. The words stand in narrow tables of
 * their own, because a search reads all of them; what is there already has none until the first start of the release that has this,
 * which writes them (features/notices/words-repo.ts). And those that were given back are found without reading all others.
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0028-search-text',
  statements(dialect) {
    const words = dialect === 'sqlite' ? 'text' : 'text collate "C"';
    return [
      ...['notice_words', 'approved_words'].map(
        (table) => `create table ${table} (
          notice_id text not null primary key references notices on delete cascade,
          folded ${words} not null,
          words ${words} not null
        ) ${dialect === 'sqlite' ? 'strict, without rowid' : ''}`,
      ),
      `alter table notice_versions drop column folded`,
      `create index notices_returned on notices (id) where state = 'returned'`,
    ];
  },
};
