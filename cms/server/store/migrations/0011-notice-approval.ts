/** Approval of notices: what was submitted, decided and taken down. What a release before could publish counts as approved. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0011-notice-approval',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    return [
      `alter table notices add column state text not null default 'draft'
        check (state in ('draft', 'submitted', 'approved', 'returned'))`,
      `alter table notices add column approved_version ${int}`,
      `alter table notices add column takedown_id text`,
      `create index notices_submitted on notices (updated_at desc, id desc, unit_id)
        where state = 'submitted' and deleted_at is null`,
      `create table notice_versions (
        notice_id text not null references notices on delete cascade,
        number ${int} not null,
        revision ${int} not null,
        unit_id text not null,
        title text not null,
        category text not null,
        content text not null,
        duration_ms ${int},
        edited_by text not null,
        submitted_by text not null,
        submitted_at ${int} not null,
        state text not null check (state in ('submitted', 'approved', 'returned', 'withdrawn')),
        decided_by text,
        decided_at ${int},
        remark text not null default '',
        self_approved ${int} not null default 0,
        primary key (notice_id, number)
      ) ${keyed}`,
      `create table notice_takedowns (
        id text primary key,
        notice_id text not null references notices on delete cascade,
        taken_at ${int} not null,
        taken_by text not null,
        reason text not null,
        pending ${int} not null,
        restored_at ${int},
        restored_by text
      ) ${keyed}`,
      `create index notice_takedowns_notice on notice_takedowns (notice_id, taken_at)`,
      `create index notice_takedowns_pending on notice_takedowns (pending) where pending = 1`,
      `create table notice_takedown_boards (
        takedown_id text not null references notice_takedowns on delete cascade,
        board_id text not null,
        epoch ${int},
        counter ${int},
        primary key (takedown_id, board_id)
      ) ${keyed}`,
      `insert into notice_versions (notice_id, number, revision, unit_id, title, category, content, duration_ms,
          edited_by, submitted_by, submitted_at, state, decided_at)
        select id, 1, revision, unit_id, title, category, content, duration_ms,
          updated_by, updated_by, updated_at, 'approved', updated_at
        from notices where deleted_at is null`,
      `update notices set state = 'approved', approved_version = 1 where deleted_at is null`,
    ];
  },
};
