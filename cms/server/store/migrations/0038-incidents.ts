/** Incidents of boards, what there is to tell of them, who wants to be told, and the messages that are on their way. */
import type { Migration } from '../migration.ts';

export const migration: Migration = {
  name: '0038-incidents',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    const plain = dialect === 'sqlite' ? 'strict' : '';
    return [
      `create table incidents (
        id text primary key,
        about text not null,
        kind text not null,
        unit_id text not null,
        since ${int} not null,
        opened_at ${int} not null,
        looked_at ${int},
        ended_at ${int},
        evidence text not null
      ) ${keyed}`,
      `create index incidents_open on incidents (opened_at, id) where ended_at is null`,
      `create index incidents_ended on incidents (ended_at, id) where ended_at is not null`,
      `create table incident_boards (
        incident_id text not null references incidents,
        board_id text not null references boards,
        since ${int} not null,
        ended_at ${int},
        primary key (incident_id, board_id)
      ) ${keyed}`,
      `create index incident_boards_board on incident_boards (board_id)`,
      `create table incident_news (
        no ${int} primary key,
        at ${int} not null,
        what text not null check (what in ('opened', 'ended', 'reminded')),
        incident_id text,
        unit_id text,
        reminders text
      ) ${plain}`,
      `create table upkeep_reminders (
        board_id text not null,
        what text not null,
        until ${int} not null,
        step ${int} not null,
        at ${int} not null,
        primary key (board_id, what, until, step)
      ) ${keyed}`,
      `create table notification_readers (
        channel text not null check (channel in ('email', 'webhook')),
        reader text not null,
        told_no ${int} not null,
        told_at ${int},
        primary key (channel, reader)
      ) ${keyed}`,
      `create table notification_messages (
        id text primary key,
        channel text not null,
        reader text not null,
        created_at ${int} not null,
        body text not null,
        attempts ${int} not null,
        due_at ${int} not null,
        sent_at ${int},
        given_up_at ${int},
        error_code text
      ) ${keyed}`,
      `create index notification_messages_due on notification_messages (due_at) where sent_at is null and given_up_at is null`,
    ];
  },
};
