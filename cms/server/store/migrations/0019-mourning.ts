/** Mourning by unit, with its history; approved versions of notices say whether they entertain. No release wrote to the table before. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0019-mourning',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    return [
      `alter table notice_versions add column entertainment ${int} not null default 0 check (entertainment in (0, 1))`,
      `drop table mournings`,
      `create table mournings (
        id text primary key,
        unit_id text not null,
        reason text not null,
        reference text not null,
        starts_at ${int} not null,
        ends_at ${int} not null,
        revision ${int} not null,
        created_at ${int} not null,
        created_by text not null,
        lifted_at ${int},
        lifted_by text,
        unsent_since ${int},
        check (starts_at < ends_at)
      ) ${keyed}`,
      `create index mournings_ends on mournings (ends_at)`,
      `create table mourning_changes (
        mourning_id text not null references mournings on delete cascade,
        revision ${int} not null,
        changed_at ${int} not null,
        changed_by text not null,
        ends_at ${int} not null,
        primary key (mourning_id, revision)
      ) ${keyed}`,
    ];
  },
};
