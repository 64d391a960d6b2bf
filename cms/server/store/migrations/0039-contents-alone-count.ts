/** The standby slide is in no sum, and the line of an exercise has its time: the sums are made anew from the plays, behind the ingest. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0039-contents-alone-count',
  statements: () =>
    ['play_hours', 'board_days', 'content_days', 'journal_tallies'].map((table) => `delete from ${table}`),
};
