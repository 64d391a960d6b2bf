/** Pictures that boards take again and again; the files lie in the folder `screenshots/sampled`, named by id. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0042-samples',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    return [
      `create table samples (
        id text not null primary key,
        board_id text not null references boards,
        at ${int} not null,
        missing text,
        playing text,
        width ${int},
        height ${int},
        sent ${int},
        check ((missing is null) = (width is not null))
      ) ${keyed}`,
      `create index samples_board on samples (board_id, at)`,
      `create index samples_age on samples (at)`,
      `create table sample_views (
        board_id text not null references boards,
        user_id text not null,
        day ${int} not null,
        primary key (board_id, user_id, day)
      ) ${keyed}`,
    ];
  },
};
