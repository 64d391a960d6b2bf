/**
 * What schedule entries said when, so that a week that is past shows what was scheduled then. What an old row says is taken to have
 * held since its last edit.
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0023-schedule-terms',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const said = 'unit_id, name, cron, duration_ms, valid_from, valid_to, exceptions, targets';
    return [
      `create table schedule_terms (
        entry_id text not null references schedule_entries,
        revision ${int} not null,
        from_at ${int} not null,
        until_at ${int},
        unit_id text not null references units,
        name text not null,
        cron text not null,
        duration_ms ${int} not null,
        valid_from ${int},
        valid_to ${int},
        exceptions text not null,
        targets text not null,
        primary key (entry_id, revision)
      ) ${dialect === 'sqlite' ? 'strict, without rowid' : ''}`,
      `create index schedule_terms_held on schedule_terms (unit_id, from_at)`,
      `insert into schedule_terms (entry_id, revision, from_at, ${said})
        select id, revision, updated_at, ${said} from schedule_entries where deleted_at is null`,
    ];
  },
};
