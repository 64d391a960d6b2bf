/**
 * Notices, and their versions, are found by what they say as well: by their document number and by words of their text. What is there
 * already has no words until the first start of the release that has this, which writes them (features/notices/words.ts).
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0028-search-text',
  statements(dialect) {
    const words = dialect === 'sqlite' ? 'text' : 'text collate "C"';
    return ['notices', 'notice_versions'].map((table) => `alter table ${table} add column text_words ${words}`);
  },
};
