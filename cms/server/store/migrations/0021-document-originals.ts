/** Documents are kept as they were sent, from this release on; what each page looks like stands beside its picture. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0021-document-originals',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    return [
      `alter table documents add column original ${int} not null default 0 check (original in (0, 1))`,
      `alter table document_pages add column letters ${int}`,
      `alter table document_pages add column filled ${int}`,
      `create index documents_original on documents (hash) where original = 1`,
      `create index notices_document on notices (document_id) where document_id is not null`,
    ];
  },
};
