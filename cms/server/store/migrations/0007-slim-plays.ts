/** No report asks a play for these; the lines that the board signed hold them. They were a third of what a play weighs. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0007-slim-plays',
  statements: () => ['alter table plays drop column notice_hash', 'alter table plays drop column asset'],
};
