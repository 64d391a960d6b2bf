/**
 * What notices are found by stands in an index instead of in tables that a search read as a whole (store/word-index.ts). Its rows have
 * numbers, so notices have one as well: none until the first start of the release that has this, which makes the index anew a little at
 * a time (features/notices/search.ts).
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0040-word-index',
  statements(dialect) {
    const tables = ['notice_words', 'approved_words'];
    const [int, folded] = dialect === 'sqlite' ? ['integer', ', folded'] : ['bigint', ''];
    return [
      ...tables.map((table) => `drop table ${table}`),
      `alter table notices add column no ${int}`,
      // What was found is counted and put in order from this index alone.
      dialect === 'sqlite'
        ? `create index notices_found on notices (no, id, updated_at, deleted_at, unit_id)`
        : `create unique index notices_found on notices (no) include (id, updated_at, deleted_at, unit_id)`,
      // Whether something was ever approved stands in a row behind its content: the list of all needs it for each.
      `drop index notices_edited`,
      `create index notices_edited on notices
        (updated_at desc, id desc, unit_id, deleted_at, category, approved_version${folded}) where deleted_at is null`,
      ...(dialect === 'sqlite'
        ? [
            // One token for each end of a word, of which only the columns are kept; how they are found again is in store/word-index.ts.
            ...tables.map(
              (table) =>
                `create virtual table ${table} using fts5 (title, said, content = '', contentless_delete = 1,
                  detail = column, tokenize = 'ascii', prefix = '1 2 3')`,
            ),
            `create trigger notices_unfound after delete on notices when old.no is not null begin
              ${tables.map((table) => `delete from ${table} where rowid = old.no;`).join('\n')}
            end`,
          ]
        : tables.flatMap((table) => [
            `create table ${table} (
              rowid bigint primary key references notices (no) on delete cascade,
              title tsvector not null,
              said tsvector not null
            )`,
            `create index ${table}_found on ${table} using gin (said)`,
          ])),
    ];
  },
};
