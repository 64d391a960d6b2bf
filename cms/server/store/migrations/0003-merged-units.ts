/** Which unit took the place of one that ended, and to which units boards belonged before. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0003-merged-units',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    return [
      `alter table unit_versions add column merged_into text references units check (merged_into is null or valid_to is not null)`,
      `create table board_moves (
        board_id text not null references boards,
        at ${int} not null,
        from_unit_id text not null references units,
        primary key (board_id, at)
      ) ${dialect === 'sqlite' ? 'strict, without rowid' : ''}`,
    ];
  },
};
