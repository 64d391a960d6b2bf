/** A file that takes another's place does so as soon as it is ready: nothing waits under that name, and nothing asks for it. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0041-no-replaces',
  statements: () => ['drop index media_replaces', 'alter table media drop column replaces'],
};
