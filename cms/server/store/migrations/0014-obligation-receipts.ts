/**
 * Obligations: revisions, what held when, what receiving units answered, and which changes boards have not been given yet.
 * An old row's terms are taken to have held since its last edit; nobody ordered anything yet, so all stand alike.
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0014-obligation-receipts',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    const window = ['per_hour', 'cron', 'duration_ms', 'valid_from', 'valid_to', 'targets'].join(', ');
    return [
      `alter table obligations add column revision ${int} not null default 1`,
      `alter table obligations add column end_reason text`,
      `alter table obligations add column unsent_since ${int}`,
      `update obligations set sort_order = 1000`,
      `create index obligations_edited on obligations (updated_at desc, id desc)`,
      `create table obligation_terms (
        obligation_id text not null references obligations,
        revision ${int} not null,
        from_at ${int} not null,
        per_hour ${int} not null,
        cron text not null,
        duration_ms ${int} not null,
        valid_from ${int},
        valid_to ${int},
        targets text not null,
        primary key (obligation_id, revision)
      ) ${keyed}`,
      `insert into obligation_terms (obligation_id, revision, from_at, ${window})
        select id, 1, updated_at, ${window} from obligations`,
      `create table obligation_receipts (
        obligation_id text not null references obligations,
        unit_id text not null references units,
        received_at ${int},
        accepted_at ${int},
        accepted_by text,
        sort_order ${int},
        primary key (obligation_id, unit_id)
      ) ${keyed}`,
      `create index obligation_receipts_unit on obligation_receipts (unit_id)`,
      `create index plays_of_obligations on plays (why_id, board_no, start_at) where why = 'obligation'`,
    ];
  },
};
