/** Accounts as people manage them: one-time links, what tells sessions apart, the second factor; and an audit log that only grows. */
import type { Migration } from '../migration.ts';

/** The database itself refuses to change or remove an entry of the audit log. */
const sqliteGuards = [
  `create trigger audit_log_no_update before update on audit_log begin select raise(abort, 'audit_log only grows'); end`,
  `create trigger audit_log_no_delete before delete on audit_log begin select raise(abort, 'audit_log only grows'); end`,
];
const postgresGuards = [
  `create function audit_log_only_grows() returns trigger language plpgsql as $$
    begin raise exception 'audit_log only grows'; end $$`,
  `create trigger audit_log_no_change before update or delete on audit_log
    for each row execute function audit_log_only_grows()`,
  `create trigger audit_log_no_truncate before truncate on audit_log
    for each statement execute function audit_log_only_grows()`,
];

export const migration: Migration = {
  name: '0002-accounts',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    return [
      `alter table users add column last_sign_in_at ${int}`,
      `alter table sessions add column address text`,
      `alter table sessions add column user_agent text`,
      `alter table sessions add column second_factor_at ${int}`,
      `create table account_links (
        token_hash text primary key,
        user_id text not null references users on delete cascade,
        purpose text not null check (purpose in ('invitation','password_reset')),
        created_at ${int} not null,
        created_by text,
        expires_at ${int} not null,
        used_at ${int},
        revoked_at ${int}
      ) ${keyed}`,
      `create index account_links_user on account_links (user_id)`,
      `create table second_factors (
        user_id text primary key references users on delete cascade,
        secret text,
        confirmed_at ${int},
        last_step ${int} not null,
        pending_secret text,
        pending_at ${int},
        check ((secret is null) = (confirmed_at is null))
      ) ${keyed}`,
      `create table recovery_codes (
        user_id text not null references users on delete cascade,
        code_hash text not null,
        created_at ${int} not null,
        used_at ${int},
        primary key (user_id, code_hash)
      ) ${keyed}`,
      `create index grants_unit on grants (unit_id)`,
      `create index audit_log_user on audit_log (user_id, at)`,
      `create index audit_log_unit on audit_log (unit_id, at)`,
      ...(dialect === 'sqlite' ? sqliteGuards : postgresGuards),
    ];
  },
};
