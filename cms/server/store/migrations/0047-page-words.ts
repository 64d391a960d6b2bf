/**
 * What the pages of a document say is kept with them, and notices that show them are found by it. Of pages that were read before this
 * it is not known: their notices are found by what was offered of the document then, once they are in the index anew
 * (features/notices/search.ts).
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0047-page-words',
  statements: () => [
    `alter table document_pages add column said text`,
    ...['notice_words', 'approved_words'].map(
      (table) =>
        `delete from ${table} where rowid in (select no from notices where document_id is not null and no is not null)`,
    ),
    `update notices set no = null where document_id is not null`,
  ],
};
