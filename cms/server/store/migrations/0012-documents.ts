/** Documents that notices are made of, and the pictures of their pages. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0012-documents',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    return [
      `create table documents (
        id text not null primary key,
        unit_id text not null references units,
        name text not null,
        hash text not null,
        size ${int} not null,
        kind text,
        state text not null,
        error_code text,
        page_count ${int},
        from_page ${int},
        to_page ${int},
        fields text,
        notes text not null,
        created_at ${int} not null,
        created_by text not null
      ) ${keyed}`,
      `create index documents_open on documents (state, created_at) where state in ('reading', 'tooLong')`,
      `create table document_pages (
        document_id text not null references documents on delete cascade,
        number ${int} not null,
        media_id text not null references media on delete cascade,
        primary key (document_id, number)
      ) ${keyed}`,
      `create index document_pages_media on document_pages (media_id)`,
      `alter table notices add column document_id text references documents`,
    ];
  },
};
