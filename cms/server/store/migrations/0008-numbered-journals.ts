/**
 * Journals get numbers, and plays name their journal and its board by them instead of by two ids of 36 letters each, in the row and
 * in the index: half the size of what comes by the million.
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0008-numbered-journals',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    const columns =
      'seq, start_at, painted_ms, notice_id, takeover_id, why, why_id, outcome, host, clock, offset_ms'.split(', ');
    return [
      `alter table journals add column no ${int} not null default 0`,
      `alter table journals add column board_no ${int} not null default 0`,
      `update journals set no = numbered.n
        from (select id, row_number() over (order by created_at, id) as n from journals) as numbered
        where numbered.id = journals.id`,
      `update journals set board_no = first.n
        from (select board_id, min(no) as n from journals group by board_id) as first
        where first.board_id = journals.board_id`,
      `create unique index journals_no on journals (no)`,
      `insert into settings (key, value) select 'journal', cast(max(no) as text) from journals having count(*) > 0`,
      `create table numbered_plays (
        journal_no ${int} not null,
        seq ${int} not null,
        board_no ${int} not null,
        start_at ${int} not null,
        painted_ms ${int} not null,
        notice_id text,
        takeover_id text,
        why text not null,
        why_id text,
        outcome text not null,
        host text not null,
        clock text not null,
        offset_ms ${int} not null,
        primary key (journal_no, seq)
      ) ${keyed}`,
      `insert into numbered_plays (journal_no, board_no, ${columns.join(', ')})
        select journals.no, journals.board_no, ${columns.map((column) => `plays.${column}`).join(', ')}
        from plays join journals on journals.id = plays.journal_id`,
      `drop table plays`,
      `alter table numbered_plays rename to plays`,
      `create index plays_board on plays (board_no, start_at)`,
    ];
  },
};
