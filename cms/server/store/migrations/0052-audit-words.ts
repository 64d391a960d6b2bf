/**
 * Entries of the audit log are found by what their thing was called then. What an earlier release wrote is made findable a little at a
 * time after the first start (features/audit/log.ts): of an entry this one column may be written, once.
 */
import type { Migration } from '../migration.ts';

const sqlite = [
  `drop trigger audit_log_no_update`,
  `create trigger audit_log_no_update before update of id, at, user_id, action, subject_type, subject_id, unit_id, detail, names,
    in_place_of
    on audit_log begin select raise(abort, 'audit_log only grows'); end`,
  `create trigger audit_log_folded_once before update of folded on audit_log when old.folded is not null or new.folded is null
    begin select raise(abort, 'audit_log only grows'); end`,
];
const postgres = [
  `create or replace function audit_log_only_grows() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.folded is null and new.folded is not null
        and to_jsonb(new) - 'folded' = to_jsonb(old) - 'folded' then return new; end if;
      raise exception 'audit_log only grows';
    end $$`,
];

export const migration: Migration = {
  name: '0052-audit-words',
  statements: (dialect) => [
    `alter table audit_log add column folded text`,
    // In whose place it was done: found without reading every detail.
    `alter table audit_log add column in_place_of text`,
    `create index audit_log_place on audit_log (in_place_of, at) where in_place_of is not null`,
    // Words are looked for in this index alone, the newest first.
    `drop index audit_log_at`,
    dialect === 'sqlite'
      ? `create index audit_log_at on audit_log (at, id, folded)`
      : `create index audit_log_at on audit_log (at, id)`,
    `create index audit_log_unfolded on audit_log (id) where folded is null`,
    ...(dialect === 'sqlite' ? sqlite : postgres),
  ],
};
