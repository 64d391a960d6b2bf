/** The standby slide no longer counts as a play of something: the sums are made anew from the plays, behind the ingest. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0033-standby-uncounted',
  statements: () =>
    ['play_hours', 'board_days', 'content_days', 'journal_tallies'].map((table) => `delete from ${table}`),
};
