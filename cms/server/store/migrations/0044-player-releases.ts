/** Releases of the player that boards may be ordered to run. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0044-player-releases',
  statements(dialect) {
    const [int, bytes] = dialect === 'sqlite' ? ['integer', 'blob'] : ['bigint', 'bytea'];
    return [
      `create table player_releases (
        hash text not null primary key,
        version text not null,
        notes text not null,
        jws text not null,
        archive ${bytes} not null,
        size ${int} not null,
        added_at ${int} not null,
        added_by text not null
      ) ${dialect === 'sqlite' ? 'strict' : ''}`,
    ];
  },
};
