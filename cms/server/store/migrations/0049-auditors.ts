/** A role for whoever reads what was done and may do nothing. SQLite changes no check, so the table is made anew. */
import type { Migration } from '../migration.ts';

const check = `check (role in ('administrator','province','approver','editor','technician','viewer','auditor'))`;

export const migration: Migration = {
  name: '0049-auditors',
  statements: (dialect) =>
    dialect === 'postgres'
      ? [`alter table grants drop constraint grants_role_check`, `alter table grants add ${check}`]
      : [
          `create table grants_anew (
            user_id text not null references users on delete cascade,
            unit_id text not null references units,
            role text not null ${check},
            primary key (user_id, unit_id, role)
          ) strict, without rowid`,
          `insert into grants_anew select user_id, unit_id, role from grants`,
          `drop table grants`,
          `alter table grants_anew rename to grants`,
          `create index grants_unit on grants (unit_id)`,
        ],
};
