/** Who approves in somebody's place, from when until when; and in whose place a version of a notice was decided on. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0050-delegations',
  statements: (dialect) => {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    return [
      `create table delegations (
        id text primary key,
        unit_id text not null references units on delete cascade,
        from_user text not null references users on delete cascade,
        to_user text not null references users on delete cascade,
        starts_at ${int} not null,
        ends_at ${int} not null,
        made_at ${int} not null
      )${dialect === 'sqlite' ? ' strict' : ''}`,
      `create index delegations_to on delegations (to_user, ends_at)`,
      `create index delegations_from on delegations (from_user, ends_at)`,
      `create index delegations_starts on delegations (starts_at)`,
      `create index delegations_ends on delegations (ends_at)`,
      `create index delegations_unit on delegations (unit_id, ends_at)`,
      `alter table notice_versions add column in_place_of text`,
    ];
  },
};
