/** The tables of schema.ts, in one SQL for both dialects: ids and JSON are text, times and flags integers. */
import type { Migration } from '../migration.ts';

const levels = `'province','district','commune','village','body'`;
const roles = `'administrator','province','approver','editor','technician','viewer'`;
const deliveryStates = `'waiting','sent','received','displayed','dark','failed','refused','ended','unknown'`;

export const migration: Migration = {
  name: '0001-initial',
  statements(dialect) {
    const int = dialect === 'sqlite' ? 'integer' : 'bigint';
    const bytes = dialect === 'sqlite' ? 'blob' : 'bytea';
    // SQLite: types are enforced; a table whose key is text or composite is stored in the order of its key.
    const plain = dialect === 'sqlite' ? 'strict' : '';
    const keyed = dialect === 'sqlite' ? 'strict, without rowid' : '';
    const flag = (name: string) => `${name} ${int} not null check (${name} in (0, 1))`;
    const edited = `
      revision ${int} not null,
      created_at ${int} not null,
      updated_at ${int} not null,
      updated_by text not null,
      deleted_at ${int}`;
    const validity = `valid_from ${int}, valid_to ${int}, check (valid_from is null or valid_to is null or valid_from < valid_to)`;

    return [
      `create table settings (key text primary key, value text not null) ${keyed}`,

      `create table units (id text primary key, created_at ${int} not null) ${keyed}`,
      `create table unit_versions (
        id text primary key,
        unit_id text not null references units,
        code text not null,
        name text not null,
        level text not null check (level in (${levels})),
        parent_id text references units,
        valid_from ${int} not null,
        valid_to ${int},
        check (valid_to is null or valid_from < valid_to)
      ) ${keyed}`,
      `create unique index unit_versions_from on unit_versions (unit_id, valid_from)`,
      `create index unit_versions_code on unit_versions (code, level)`,

      `create table users (
        id text primary key,
        email text not null unique,
        name text not null,
        password_hash text,
        ${flag('active')},
        created_at ${int} not null
      ) ${keyed}`,
      `create table grants (
        user_id text not null references users on delete cascade,
        unit_id text not null references units,
        role text not null check (role in (${roles})),
        primary key (user_id, unit_id, role)
      ) ${keyed}`,
      `create table sessions (
        token_hash text primary key,
        user_id text not null references users on delete cascade,
        csrf_token text not null,
        created_at ${int} not null,
        last_seen_at ${int} not null,
        expires_at ${int} not null
      ) ${keyed}`,
      `create index sessions_user on sessions (user_id)`,
      `create index sessions_expiry on sessions (expires_at)`,
      `create table invitations (
        token_hash text primary key,
        purpose text not null check (purpose in ('first_admin')),
        created_at ${int} not null,
        expires_at ${int} not null,
        used_at ${int}
      ) ${keyed}`,

      `create table boards (
        id text primary key,
        unit_id text not null references units,
        name text not null,
        place text not null,
        kind text not null check (kind in ('led','lcd')),
        width ${int} not null,
        height ${int} not null,
        output_x ${int} not null,
        output_y ${int} not null,
        output_width ${int} not null,
        output_height ${int} not null,
        rotation ${int} not null check (rotation in (0, 90, 180, 270)),
        pitch_um ${int},
        reading_distance_cm ${int},
        zone text not null,
        groups text not null,
        default_playlist_id text,
        created_at ${int} not null,
        deleted_at ${int},
        check (output_x >= 0 and output_y >= 0 and output_x + output_width <= width and output_y + output_height <= height)
      ) ${keyed}`,
      // With the mark of deletion, so that a takeover finds its targets by this index alone.
      `create index boards_unit on boards (unit_id, deleted_at)`,
      `create index boards_default_playlist on boards (default_playlist_id)`,
      `create table devices (
        id text primary key,
        board_id text not null references boards,
        device_key text not null,
        paired_at ${int} not null,
        paired_by text,
        ended_at ${int}
      ) ${keyed}`,
      // One player at a time may speak for a board.
      `create unique index devices_current on devices (board_id) where ended_at is null`,
      `create index devices_key on devices (device_key)`,
      `create table board_states (
        board_id text primary key references boards on delete cascade,
        ${flag('online')},
        since ${int},
        last_seen_at ${int},
        host text,
        app text,
        state text
      ) ${keyed}`,
      `create table pairings (
        id text primary key,
        code text,
        commitment text not null,
        cms_nonce text not null,
        device_key text,
        journal_id text,
        info text,
        created_at ${int} not null,
        expires_at ${int} not null,
        board_id text references boards,
        used_at ${int}
      ) ${keyed}`,
      `create index pairings_code on pairings (code)`,
      `create index pairings_expiry on pairings (expires_at)`,

      `create table media (
        id text primary key,
        unit_id text not null references units,
        name text not null,
        state text not null check (state in ('processing','ready','failed')),
        error_code text,
        kind text not null check (kind in ('image','video')),
        hash text,
        size ${int},
        media_type text,
        width ${int},
        height ${int},
        duration_ms ${int},
        poster_hash text,
        created_at ${int} not null,
        created_by text not null,
        deleted_at ${int}
      ) ${keyed}`,
      `create index media_unit on media (unit_id, created_at)`,
      `create index media_hash on media (hash)`,
      `create table assets (
        hash text primary key,
        size ${int} not null,
        media_type text not null,
        width ${int} not null,
        height ${int} not null,
        duration_ms ${int},
        created_at ${int} not null
      ) ${keyed}`,

      `create table notices (
        id text primary key,
        unit_id text not null references units,
        title text not null,
        category text not null,
        content text not null,
        duration_ms ${int},${edited}
      ) ${keyed}`,
      `create index notices_unit on notices (unit_id)`,
      `create table playlists (
        id text primary key,
        unit_id text not null references units,
        name text not null,
        items text not null,${edited}
      ) ${keyed}`,
      `create index playlists_unit on playlists (unit_id)`,
      `create table schedule_entries (
        id text primary key,
        unit_id text not null references units,
        playlist_id text not null references playlists,
        name text not null,
        cron text not null,
        duration_ms ${int} not null,
        priority ${int} not null,
        targets text not null,${edited},
        ${validity}
      ) ${keyed}`,
      `create index schedule_entries_unit on schedule_entries (unit_id)`,
      `create index schedule_entries_playlist on schedule_entries (playlist_id)`,
      `create table obligations (
        id text primary key,
        unit_id text not null references units,
        notice_id text not null references notices,
        per_hour ${int} not null,
        sort_order ${int} not null,
        cron text not null,
        duration_ms ${int} not null,
        targets text not null,
        created_at ${int} not null,
        updated_at ${int} not null,
        updated_by text not null,
        deleted_at ${int},
        ${validity}
      ) ${keyed}`,
      `create index obligations_unit on obligations (unit_id)`,
      `create index obligations_notice on obligations (notice_id)`,

      `create table parts (hash text primary key, size ${int} not null, body text not null, created_at ${int} not null) ${plain}`,
      `create table programmes (
        board_id text not null references boards,
        epoch ${int} not null,
        counter ${int} not null,
        manifest text not null,
        content_hash text not null,
        issued_at ${int} not null,
        published_by text,
        primary key (board_id, epoch, counter)
      ) ${plain}`,
      `create table programme_progress (
        board_id text primary key references boards on delete cascade,
        epoch ${int} not null,
        counter ${int} not null,
        state text not null check (state in ('published','received','fetching','active','refused')),
        missing ${int} not null,
        error_code text,
        at ${int} not null
      ) ${keyed}`,

      `create table takeovers (
        id text primary key,
        epoch ${int} not null,
        counter ${int} not null,
        type text not null check (type in ('alert','update','cancel')),
        supersedes text,
        status text not null check (status in ('actual','exercise')),
        level ${int} not null check (level between 1 and 5),
        event text not null,
        headline text not null,
        issued_at ${int} not null,
        starts_at ${int} not null,
        expires_at ${int} not null,
        raised_by text not null,
        unit_id text not null,
        jws text not null,
        target_count ${int} not null,
        offline_count ${int} not null,
        unpaired_count ${int} not null,
        unique (epoch, counter),
        check (starts_at < expires_at),
        check ((type = 'alert') = (supersedes is null))
      ) ${plain}`,
      `create index takeovers_expiry on takeovers (expires_at)`,
      `create index takeovers_supersedes on takeovers (supersedes)`,
      `create table takeover_deliveries (
        takeover_id text not null references takeovers,
        board_id text not null,
        state text not null check (state in (${deliveryStates})),
        error_code text,
        received_at ${int},
        displayed_at ${int},
        ended_at ${int},
        primary key (takeover_id, board_id)
      ) ${keyed}`,

      // Facts from here on: they name boards, notices and people by id and outlive them, so nothing but the journal is referenced.
      `create table journals (
        id text primary key,
        board_id text not null,
        device_id text not null,
        last_seq ${int} not null,
        last_hash text not null,
        forked_at ${int},
        created_at ${int} not null
      ) ${keyed}`,
      `create index journals_board on journals (board_id)`,
      `create table journal_batches (
        journal_id text not null references journals,
        first_seq ${int} not null,
        last_seq ${int} not null,
        lines ${bytes} not null,
        signature text not null,
        received_at ${int} not null,
        primary key (journal_id, first_seq),
        check (first_seq <= last_seq)
      ) ${plain}`,
      `create table journal_forks (
        id text primary key,
        journal_id text not null references journals,
        first_seq ${int} not null,
        last_seq ${int} not null,
        lines ${bytes} not null,
        signature text not null,
        received_at ${int} not null
      ) ${plain}`,
      `create index journal_forks_journal on journal_forks (journal_id)`,
      `create table plays (
        journal_id text not null,
        seq ${int} not null,
        board_id text not null,
        start_at ${int} not null,
        painted_ms ${int} not null,
        notice_id text,
        notice_hash text,
        asset text,
        takeover_id text,
        why text not null,
        why_id text,
        outcome text not null,
        host text not null,
        clock text not null,
        offset_ms ${int} not null,
        primary key (journal_id, seq)
      ) ${keyed}`,
      `create index plays_board on plays (board_id, start_at)`,
      `create table board_events (
        journal_id text not null,
        seq ${int} not null,
        board_id text not null,
        at ${int} not null,
        type text not null,
        body text not null,
        primary key (journal_id, seq)
      ) ${keyed}`,
      `create index board_events_board on board_events (board_id, at)`,

      `create table commands (
        id text primary key,
        board_id text not null,
        name text not null,
        issued_by text not null,
        issued_at ${int} not null,
        expires_at ${int} not null
      ) ${keyed}`,
      `create index commands_board on commands (board_id, issued_at)`,
      `create table audit_log (
        id text primary key,
        at ${int} not null,
        user_id text,
        action text not null,
        subject_type text not null,
        subject_id text,
        unit_id text,
        detail text not null
      ) ${keyed}`,
      `create index audit_log_at on audit_log (at)`,
      `create index audit_log_subject on audit_log (subject_type, subject_id)`,
    ];
  },
};
