/** Boards count their edits, so that one begun from an older record is told. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0005-board-revisions',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    return [`alter table boards add column revision ${int} not null default 1`];
  },
};
