/** The newest command of a board by name: what stands for it is asked for with each full status that it tells. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0035-commands-by-name',
  statements: () => [`create index commands_name on commands (board_id, name, issued_at)`],
};
