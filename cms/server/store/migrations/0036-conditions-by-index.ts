/** What every board does now is counted from indexes alone: which boards have a player, and which journals were forked. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0036-conditions-by-index',
  statements: () => [
    // `ended_at`, which is nothing in all of them, so that SQLite reads no row to see that.
    `create index devices_playing on devices (board_id, ended_at) where ended_at is null`,
    `create index journals_forked on journals (board_id, forked_at) where forked_at is not null`,
  ],
};
