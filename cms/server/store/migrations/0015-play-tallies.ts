/**
 * Plays summed up as they come: 10,000 boards make 58 million a day, which no page can count. By hour and unit, by day and board, by
 * day and content. And what a board shows, in a word that a query can count.
 */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0015-play-tallies',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    const sums = ['completed', 'partial', 'exercise', 'uncounted', 'painted_ms']
      .map((name) => `${name} ${int} not null`)
      .join(', ');
    return [
      // How far each journal has been summed up.
      `create table journal_tallies (journal_no ${int} primary key, seq ${int} not null) ${dialect === 'sqlite' ? 'strict' : ''}`,
      `create table play_hours (hour ${int} not null, unit_id text not null, ${sums}, primary key (hour, unit_id)) ${keyed}`,
      `create table board_days (
        day ${int} not null, board_id text not null, unit_id text not null, ${sums}, primary key (day, board_id, unit_id)
      ) ${keyed}`,
      `create table content_days (
        day ${int} not null,
        kind text not null check (kind in ('notice', 'takeover', 'fallback')),
        content_id text not null,
        unit_id text not null,
        board_id text not null,
        ${sums},
        primary key (day, kind, content_id, unit_id, board_id)
      ) ${keyed}`,
      `alter table board_states add column shows text`,
    ];
  },
};
