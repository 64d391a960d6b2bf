/** Which players a board had when, so that alerts know who could not get them; notices that entertain, and the days on which none is shown. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0016-alerts',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    return [
      `create index devices_board on devices (board_id, paired_at)`,
      `alter table notices add column entertainment ${int} not null default 0 check (entertainment in (0, 1))`,
      `create table mournings (
        id text primary key,
        reason text not null,
        starts_at ${int} not null,
        ends_at ${int} not null,
        created_at ${int} not null,
        created_by text not null,
        lifted_at ${int},
        lifted_by text,
        check (starts_at < ends_at)
      ) ${keyed}`,
    ];
  },
};
