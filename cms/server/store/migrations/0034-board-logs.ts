/** Logs that players brought because somebody asked for them. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0034-board-logs',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    return [
      `create table board_logs (
        command_id text not null primary key,
        board_id text not null references boards,
        at ${int} not null,
        text text not null
      ) ${dialect === 'sqlite' ? 'strict, without rowid' : ''}`,
      `create index board_logs_board on board_logs (board_id, at)`,
    ];
  },
};
