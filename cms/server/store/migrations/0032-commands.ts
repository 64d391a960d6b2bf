/** What became of commands to boards. Of those that an earlier release gave nothing is known: their `state` is null. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0032-commands',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    return [
      `alter table commands add column payload text not null default '{}'`,
      `alter table commands add column state text`,
      `alter table commands add column state_at ${int}`,
      `alter table commands add column error_code text`,
      `create index commands_waiting on commands (board_id) where state = 'waiting'`,
    ];
  },
};
