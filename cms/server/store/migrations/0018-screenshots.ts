/** Pictures of what boards show, on demand; the files lie in the folder `screenshots`, named by id. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0018-screenshots',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    return [
      `create table screenshots (
        id text not null primary key,
        board_id text not null references boards,
        state text not null,
        error_code text,
        asked_at ${int} not null,
        expires_at ${int} not null,
        taken_at ${int},
        width ${int},
        height ${int},
        size ${int},
        check ((state = 'taken') = (taken_at is not null))
      ) ${keyed}`,
      `create index screenshots_board on screenshots (board_id, asked_at)`,
      `create index screenshots_age on screenshots (asked_at)`,
      `create table screenshot_views (
        screenshot_id text not null references screenshots on delete cascade,
        user_id text not null,
        primary key (screenshot_id, user_id)
      ) ${keyed}`,
    ];
  },
};
