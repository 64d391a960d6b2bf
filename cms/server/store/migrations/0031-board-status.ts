/** What the player of each board last said of how it is doing. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0031-board-status',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    return [
      `create table board_statuses (
        board_id text not null primary key references boards,
        at ${int} not null,
        status text not null
      ) ${dialect === 'sqlite' ? 'strict, without rowid' : ''}`,
    ];
  },
};
