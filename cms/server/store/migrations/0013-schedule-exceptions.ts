/** Single days on which a schedule entry does not open, or at another hour. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0013-schedule-exceptions',
  statements: () => [`alter table schedule_entries add column exceptions text not null default '[]'`],
};
