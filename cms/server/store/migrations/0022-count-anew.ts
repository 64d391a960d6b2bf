/** Plays of less than a second no longer count: the sums are made anew from the plays, behind the ingest. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0022-count-anew',
  statements: () =>
    ['play_hours', 'board_days', 'content_days', 'journal_tallies'].map((table) => `delete from ${table}`),
};
