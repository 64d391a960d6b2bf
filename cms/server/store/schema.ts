/**
 * The tables, as Kysely sees them; migrations/ makes them. One schema for SQLite and PostgreSQL: ids are UUIDv7 text, times
 * integer ms UTC (bigint), flags 0 or 1, JSON text. `[from, to)` columns hold validity; null `to` is «until now».
 * Facts (plays, deliveries, audit) name things by id and are never updated or deleted by the deletion of what they name.
 */
import type { Generated } from 'kysely';
import type { IncidentAbout, IncidentKind } from '../../../shared/protocol/incident.ts';

export interface Database {
  /** Small values of the installation: epoch, counters of versions and takeovers. */
  settings: { key: string; value: string };

  units: { id: string; created_at: number };
  /** What a unit was called and where it hung, when. */
  unit_versions: {
    id: string;
    unit_id: string;
    code: string;
    name: string;
    level: 'province' | 'district' | 'commune' | 'village' | 'body';
    parent_id: string | null;
    valid_from: number;
    valid_to: number | null;
    /** On the last version: the unit that took its place at `valid_to`. */
    merged_into: string | null;
  };

  users: {
    id: string;
    email: string;
    name: string;
    password_hash: string | null;
    active: number;
    created_at: number;
    last_sign_in_at: Generated<number | null>;
  };
  grants: { user_id: string; unit_id: string; role: Role };
  /** Who approves in somebody's place; what is ended early ends then, or goes if it had not begun. */
  delegations: {
    id: string;
    unit_id: string;
    from_user: string;
    to_user: string;
    starts_at: number;
    ends_at: number;
    made_at: number;
  };
  sessions: {
    /** SHA-256 of the cookie's secret. */
    token_hash: string;
    user_id: string;
    csrf_token: string;
    created_at: number;
    last_seen_at: number;
    expires_at: number;
    /** Where it was begun, and what the browser called itself: for people to tell their sessions apart. */
    address: Generated<string | null>;
    user_agent: Generated<string | null>;
    /** When its person proved the second factor in it; null: by the password alone. */
    second_factor_at: Generated<number | null>;
  };
  /** The link to the first administrator: SHA-256 of the secret. */
  invitations: {
    token_hash: string;
    purpose: 'first_admin';
    created_at: number;
    expires_at: number;
    used_at: number | null;
  };
  /** One-time links by which a person chooses a password: SHA-256 of the secret. The newest one of a person counts. */
  account_links: {
    token_hash: string;
    user_id: string;
    purpose: 'invitation' | 'password_reset';
    created_at: number;
    /** null: the system itself. */
    created_by: string | null;
    expires_at: number;
    used_at: number | null;
    /** Replaced by a newer one, or taken back. */
    revoked_at: number | null;
  };
  /** An authenticator app's secret (RFC 6238), encrypted with the key of the key folder. */
  second_factors: {
    user_id: string;
    /** null until the first one is confirmed. */
    secret: string | null;
    confirmed_at: number | null;
    /** The 30-second step of the last code taken: no code counts twice. */
    last_step: number;
    /** One that is being set up. */
    pending_secret: string | null;
    pending_at: number | null;
  };
  /** SHA-256 of each. */
  recovery_codes: { user_id: string; code_hash: string; created_at: number; used_at: number | null };

  boards: {
    id: string;
    unit_id: string;
    name: string;
    place: string;
    kind: 'led' | 'lcd';
    /** The raster that the player drives, px. */
    width: number;
    height: number;
    output_x: number;
    output_y: number;
    output_width: number;
    output_height: number;
    rotation: number;
    /** Distance between LED pixels, micrometres; null for LCD or unknown. */
    pitch_um: number | null;
    reading_distance_cm: number | null;
    zone: string;
    groups: string;
    default_playlist_id: string | null;
    /** The words of its name, folded: what it is found by when it is out of use. '' until the first start of the release that has this. */
    folded: Generated<string>;
    /** Counts edits. */
    revision: Generated<number>;
    created_at: number;
    deleted_at: number | null;
    deleted_by: Generated<string | null>;
  };
  /** What a technician writes down of a board; none before the first edit. */
  board_upkeep: {
    board_id: string;
    responsible_name: string;
    responsible_phone: string;
    /** WGS 84, degrees; both or neither. */
    latitude: number | null;
    longitude: number | null;
    sim_number: string;
    sim_paid_until: number | null;
    warranty_until: number | null;
    note: string;
    revision: number;
  };
  /** The player of a board; the newest without `ended_at` is the one that may connect. */
  devices: {
    id: string;
    board_id: string;
    device_key: string;
    paired_at: number;
    paired_by: string | null;
    ended_at: number | null;
    /** Of one that was ended without another in its place. */
    ended_by: Generated<string | null>;
    ended_reason: Generated<string | null>;
  };
  /** Until `at` the board belonged to another unit. */
  board_moves: {
    board_id: string;
    at: number;
    from_unit_id: string;
  };
  /** JSON of shared/protocol/status.ts boardStatus, and when it was heard; one row a board. */
  board_statuses: { board_id: string; at: number; status: string };
  /** Presence and what a board last said of itself; one row a board. */
  board_states: {
    board_id: string;
    online: number;
    /** Since when it has been online or offline. */
    since: number | null;
    last_seen_at: number | null;
    host: string | null;
    app: string | null;
    /** JSON of stateChangedV1. */
    state: string | null;
    /**
     * The same in a word, for queries; null: it has not said, or is not there to say it. `dark`: its screen is off though it should be on;
     * `resting`: it is off as it should be; `cut`: the source is.
     */
    shows: Generated<'content' | 'fallback' | 'cut' | 'takeover' | 'exercise' | 'dark' | 'resting' | null>;
    /** Since when it has said so, ms UTC; null with `shows`. */
    shows_since: Generated<number | null>;
  };
  pairings: {
    id: string;
    code: string | null;
    commitment: string;
    cms_nonce: string;
    device_key: string | null;
    journal_id: string | null;
    info: string | null;
    created_at: number;
    expires_at: number;
    board_id: string | null;
    used_at: number | null;
  };

  media: {
    id: string;
    unit_id: string;
    name: string;
    state: 'processing' | 'ready' | 'failed';
    error_code: string | null;
    kind: 'image' | 'video';
    /** The rendition that boards play. */
    hash: string | null;
    size: number | null;
    media_type: string | null;
    width: number | null;
    height: number | null;
    duration_ms: number | null;
    poster_hash: string | null;
    created_at: number;
    created_by: string;
    /** When it was put into the recycle bin. */
    deleted_at: number | null;
    deleted_by: string | null;
    /** When it left the recycle bin for good: the row stays as a name for records. */
    purged_at: number | null;
    /** Words of name and tags without diacritics, for searching; '' in rows of a release before, until the next start. */
    folded: Generated<string>;
  };
  /** What people call media by, beside its name. */
  media_tags: { media_id: string; folded: string; tag: string };
  /** Files in the media folder, by SHA-256. They outlive the media rows that made them. */
  assets: {
    hash: string;
    size: number;
    media_type: string;
    width: number;
    height: number;
    duration_ms: number | null;
    created_at: number;
    /** Which list of sizes `asset_renditions` holds of it (jobs/media-ladder.ts); 0: none yet. */
    ladder: Generated<number>;
  };
  /** The same picture or video, smaller: for boards that show no more of it. Both are assets. */
  asset_renditions: { asset: string; rendition: string };

  /** What notices are made of. */
  documents: {
    id: string;
    unit_id: string;
    name: string;
    /** SHA-256 and bytes of the file as it was sent. */
    hash: string;
    size: number;
    kind: 'pdf' | 'docx' | null;
    state: 'reading' | 'tooLong' | 'ready' | 'failed';
    error_code: string | null;
    page_count: number | null;
    /** Which pages somebody asked for; null: all. */
    from_page: number | null;
    to_page: number | null;
    /** JSON of documentFields (shared/protocol/api/documents.ts). */
    fields: string | null;
    /** JSON array of what there is to say about them. */
    notes: string;
    created_at: number;
    created_by: string;
    /** 1: the file as it was sent lies among the media, named by its hash. */
    original: Generated<number>;
  };
  /** Pictures of a document's pages, which are media as others. Shares are in millionths, null where not known. */
  document_pages: {
    document_id: string;
    number: number;
    media_id: string;
    /** Height of most of its type, of the picture's height. */
    letters: number | null;
    /** How much of the page's height is not empty. */
    filled: number | null;
    /** Its text; empty: it has none that can be read. null: read before this was kept. */
    said: string | null;
  };

  notices: {
    id: string;
    /** Its row in the index of words; null until the first start of the release that has this, which puts it there. */
    no: Generated<number | null>;
    unit_id: string;
    title: string;
    category: string;
    /** JSON of the notice content (shared/protocol/programme.ts noticeContent). */
    content: string;
    /** null: from the text's length or the video's. */
    duration_ms: number | null;
    /** 1: not shown while there is mourning. What boards go by is the approved version's. */
    entertainment: Generated<number>;
    /** The words of its title, folded: what it is found by. '' until the first start of the release that has this. */
    folded: Generated<string>;
    /** Counts edits; an edit names the revision that it started from. */
    revision: number;
    created_at: number;
    updated_at: number;
    updated_by: string;
    deleted_at: number | null;
    deleted_by: Generated<string | null>;
    /** How far what is here now has come; an edit makes it a draft again. */
    state: Generated<NoticeState>;
    /** The number of the version that boards are given; null: none was ever approved. */
    approved_version: Generated<number | null>;
    /** The take-down that keeps it off all boards now. */
    takedown_id: Generated<string | null>;
    /** The document that it was made of. */
    document_id: Generated<string | null>;
  };
  /** What was submitted for approval, as it was then, numbered from 1, and what was decided. */
  notice_versions: {
    notice_id: string;
    number: number;
    /** The notice's when it was submitted. */
    revision: number;
    unit_id: string;
    title: string;
    category: string;
    content: string;
    duration_ms: number | null;
    /** 1: not shown while there is mourning. */
    entertainment: Generated<number>;
    /** Who wrote it last. */
    edited_by: string;
    submitted_by: string;
    submitted_at: number;
    /** `withdrawn`: the notice was edited before anybody decided. */
    state: 'submitted' | 'approved' | 'returned' | 'withdrawn';
    /** null with an approval: it was there before there were approvals. */
    decided_by: Generated<string | null>;
    decided_at: Generated<number | null>;
    /** Whose right it was, where that was lent. */
    in_place_of: Generated<string | null>;
    remark: Generated<string>;
    /** Whoever wrote it approved it. */
    self_approved: Generated<number>;
  };
  /** The index of words (word-index.ts): what notices are found by as they are being written; each that has a number has a row. */
  notice_words: NoticeWords;
  /** The same of what was approved last. */
  approved_words: NoticeWords;
  /** Notices taken off all boards at once, and put back. */
  notice_takedowns: {
    id: string;
    notice_id: string;
    taken_at: number;
    taken_by: string;
    reason: string;
    /** 1 until every board that had it was given a programme without it. */
    pending: number;
    restored_at: number | null;
    restored_by: string | null;
  };
  /** Boards that had it, with the version that is without it; null: what waits for a player. */
  notice_takedown_boards: { takedown_id: string; board_id: string; epoch: number | null; counter: number | null };
  playlists: {
    id: string;
    unit_id: string;
    name: string;
    /** JSON array of playlist items (shared/protocol/programme.ts playlistItem). */
    items: string;
    /** The words of its name, folded: what it is found by. '' until the first start of the release that has this. */
    folded: Generated<string>;
    revision: number;
    created_at: number;
    updated_at: number;
    updated_by: string;
    deleted_at: number | null;
    deleted_by: Generated<string | null>;
  };
  schedule_entries: {
    id: string;
    unit_id: string;
    playlist_id: string;
    name: string;
    cron: string;
    duration_ms: number;
    priority: number;
    valid_from: number | null;
    valid_to: number | null;
    /** JSON [{date, instead}]: days that go by another rule than the cron expression. */
    exceptions: Generated<string>;
    /** JSON {unitIds, boardIds}: a unit stands for every board below it. */
    targets: string;
    /** The words of its name, folded: what it is found by. '' until the first start of the release that has this. */
    folded: Generated<string>;
    revision: number;
    created_at: number;
    updated_at: number;
    updated_by: string;
    deleted_at: number | null;
    deleted_by: Generated<string | null>;
  };
  /** What schedule entries said when; the last term of one that is not deleted has no end. */
  schedule_terms: {
    entry_id: string;
    revision: number;
    from_at: number;
    until_at: number | null;
    unit_id: string;
    name: string;
    cron: string;
    duration_ms: number;
    valid_from: number | null;
    valid_to: number | null;
    exceptions: string;
    targets: string;
  };
  obligations: {
    id: string;
    /** Who obliges. */
    unit_id: string;
    notice_id: string;
    per_hour: number;
    /** Its place where no receiving unit has said another. */
    sort_order: number;
    cron: string;
    duration_ms: number;
    valid_from: number | null;
    valid_to: number | null;
    targets: string;
    revision: Generated<number>;
    created_at: number;
    updated_at: number;
    updated_by: string;
    /** When it was ended: boards play it no more; what was sent and shown stays. */
    deleted_at: number | null;
    end_reason: Generated<string | null>;
    /** Since when boards lack a change of it; null: all were signed for them. */
    unsent_since: Generated<number | null>;
  };
  /** What an obligation asked for from when on; until the next revision, or its end. */
  obligation_terms: {
    obligation_id: string;
    revision: number;
    from_at: number;
    per_hour: number;
    cron: string;
    duration_ms: number;
    valid_from: number | null;
    valid_to: number | null;
    targets: string;
  };
  /** What a receiving unit has answered. */
  obligation_receipts: {
    obligation_id: string;
    unit_id: string;
    /** When somebody of the unit first had it in sight. */
    received_at: number | null;
    accepted_at: number | null;
    accepted_by: string | null;
    /** Its place among the unit's obligations; null: the unit has said none. */
    sort_order: number | null;
  };

  /** Content-addressed parts of programmes. */
  parts: {
    hash: string;
    size: number;
    body: string;
    created_at: number;
    /** Of a part that is a notice. */
    notice_id: string | null;
  };
  /** Every manifest ever published, in full. */
  programmes: {
    board_id: string;
    epoch: number;
    counter: number;
    manifest: string;
    /** SHA-256 of what the manifest says apart from version and time: an unchanged board is not published again. */
    content_hash: string;
    issued_at: number;
    published_by: string | null;
  };
  /** How far each board has come with its newest programme; one row a board. */
  programme_progress: {
    board_id: string;
    epoch: number;
    counter: number;
    state: 'published' | 'received' | 'fetching' | 'active' | 'refused';
    missing: number;
    error_code: string | null;
    at: number;
  };

  takeovers: {
    id: string;
    epoch: number;
    counter: number;
    type: 'alert' | 'update' | 'cancel';
    supersedes: string | null;
    status: 'actual' | 'exercise';
    level: number;
    event: string;
    headline: string;
    issued_at: number;
    starts_at: number;
    expires_at: number;
    raised_by: string;
    unit_id: string;
    /** The signed document, as sent. */
    jws: string;
    target_count: number;
    /** How many of the targets had a player that was offline when it was raised, and how many had none. */
    offline_count: number;
    unpaired_count: number;
  };
  /** The targets, frozen when the takeover was raised, and what became of it on each. */
  takeover_deliveries: {
    takeover_id: string;
    board_id: string;
    /** `waiting`: nothing has been sent yet. */
    state: 'waiting' | 'sent' | 'received' | 'displayed' | 'dark' | 'failed' | 'refused' | 'ended' | 'unknown';
    error_code: string | null;
    received_at: number | null;
    displayed_at: number | null;
    ended_at: number | null;
  };

  /** A view: what notices are called where they were shown, by the approved version if there is one. Of deleted ones too. */
  notice_headings: { id: string; title: string; category: string };

  /** What notices are filed under, by `category`. Never removed. */
  categories: { key: string; position: number; name_vi: string; name_en: string; in_use: number };

  /** Times in which boards of a unit and below show nothing that entertains. Never removed. */
  mournings: {
    id: string;
    unit_id: string;
    reason: string;
    /** Of the document that orders it; may be ''. */
    reference: string;
    starts_at: number;
    ends_at: number;
    revision: number;
    created_at: number;
    created_by: string;
    /** When it was ended early or called off; null: it ends of itself. */
    lifted_at: number | null;
    lifted_by: string | null;
    /** Since when boards lack a change of it. */
    unsent_since: number | null;
  };
  /** Each end that was set after the first one. */
  mourning_changes: {
    mourning_id: string;
    /** The mourning's from then on. */
    revision: number;
    changed_at: number;
    changed_by: string;
    ends_at: number;
  };

  journals: {
    id: string;
    /** Plays name their journal by it; given once, in the order in which journals were begun. */
    no: number;
    /** The number of the board's first journal: plays name their board by it. */
    board_no: number;
    board_id: string;
    device_id: string;
    /** The last record held, with its hash: the cursor. */
    last_seq: number;
    last_hash: string;
    forked_at: number | null;
    created_at: number;
  };
  /** The evidence: lines and signature exactly as they came. */
  journal_batches: {
    journal_id: string;
    first_seq: number;
    last_seq: number;
    /** The lines, joined with \n, UTF-8, in zlib's format (RFC 1950): a tenth of their size. */
    lines: Uint8Array;
    signature: string;
    received_at: number;
  };
  /** A second version of records that the CMS already holds: kept beside, never merged. */
  journal_forks: {
    id: string;
    journal_id: string;
    first_seq: number;
    last_seq: number;
    /** As they came. */
    lines: Uint8Array;
    signature: string;
    received_at: number;
  };
  plays: {
    journal_no: number;
    seq: number;
    board_no: number;
    start_at: number;
    painted_ms: number;
    notice_id: string | null;
    takeover_id: string | null;
    why: string;
    why_id: string | null;
    outcome: string;
    host: string;
    clock: string;
    offset_ms: number;
  };
  /** Records other than plays: boots, switches, faults … body is the record's JSON. */
  board_events: { journal_id: string; seq: number; board_id: string; at: number; type: string; body: string };

  /** The last record of a journal whose plays stand in the sums below. */
  journal_tallies: { journal_no: number; seq: number };
  /** Sums by the hour (ms UTC) in which plays began and the unit that the board belonged to then. */
  play_hours: { hour: number; unit_id: string } & PlaySums;
  /** Sums by day, whose beginning in Viet Nam `day` is, ms UTC. */
  board_days: { day: number; board_id: string; unit_id: string } & PlaySums;
  /** `content_id` is a notice's or a takeover's; of an exercise `painted_ms` is its own, which is in no other sum. */
  content_days: {
    day: number;
    kind: 'notice' | 'takeover';
    content_id: string;
    unit_id: string;
    board_id: string;
  } & PlaySums;

  /** Pictures of what boards show; `id` is that of the command which asked. */
  screenshots: {
    id: string;
    board_id: string;
    state: 'asked' | 'taken' | 'failed';
    error_code: string | null;
    asked_at: number;
    /** When the board's picture comes too late. */
    expires_at: number;
    taken_at: number | null;
    /** As it is kept, px and bytes. */
    width: number | null;
    height: number | null;
    size: number | null;
  };
  /** Who has seen which. */
  screenshot_views: { screenshot_id: string; user_id: string };
  /** Pictures that boards took again and again, or why there is none. */
  samples: {
    id: string;
    board_id: string;
    /** When it was taken, by the board's trusted clock. */
    at: number;
    missing: string | null;
    /** JSON: what was on (shared/protocol/samples.ts). */
    playing: string | null;
    /** As it is kept, px; and what it weighed as it came, bytes. */
    width: number | null;
    height: number | null;
    sent: number | null;
  };
  /** Who has looked at pictures of which board, on which day since 1970 UTC. */
  sample_views: { board_id: string; user_id: string; day: number };
  commands: {
    id: string;
    board_id: string;
    name: string;
    /** JSON: what it says beside its name. */
    payload: string;
    /** Empty: the CMS itself gave an order that stands anew. */
    issued_by: string;
    /** Later than any of the board's of this name before, whatever the clock said. */
    issued_at: number;
    expires_at: number;
    /** null: given by a release that did not ask what became of them. */
    state: 'waiting' | 'received' | 'done' | 'failed' | 'refused' | 'replaced' | null;
    state_at: number | null;
    error_code: string | null;
  };
  /** Of the player, by the hash of the archive. */
  player_releases: {
    hash: string;
    version: string;
    notes: string;
    /** As the release key signed it. */
    jws: string;
    size: number;
    added_at: number;
    added_by: string;
  };
  /** The commands by which boards were ordered to run a release; never let go of: they say whether it is ordered for more boards. */
  release_orders: {
    order_id: string;
    board_id: string;
    /** null: back to the version before. */
    hash: string | null;
    /** The board tried the release and went back. */
    went_back_at: number | null;
  };
  /** At most a few of each board. */
  board_logs: { command_id: string; board_id: string; at: number; text: string };
  /** What is wrong with boards: see shared/protocol/incident.ts. */
  incidents: {
    id: string;
    about: IncidentAbout;
    kind: IncidentKind;
    /** The unit that its boards have in common. */
    unit_id: string;
    /** Since when the first of them has been in trouble. */
    since: number;
    opened_at: number;
    /** When its board was looked into; null: not yet. */
    looked_at: number | null;
    ended_at: number | null;
    /** JSON of incidentEvidence. */
    evidence: string;
  };
  incident_boards: { incident_id: string; board_id: string; since: number; ended_at: number | null };
  /** What there is to tell, numbered without gaps: readers are told from where they were. */
  incident_news: {
    no: number;
    at: number;
    what: 'opened' | 'ended' | 'reminded';
    incident_id: string | null;
    /** Of reminders; those of one unit and day are one. */
    unit_id: string | null;
    /** JSON of reminders. */
    reminders: string | null;
  };
  /** Which reminders were given: `step` days before the end at `until`. */
  upkeep_reminders: { board_id: string; what: string; until: number; step: number; at: number };
  /** Who is told by e-mail (`reader` is the person), and the webhook (`reader` is empty). */
  notification_readers: {
    channel: 'email' | 'webhook';
    reader: string;
    /** The last of the news that they were told of, or a message is on its way of. */
    told_no: number;
    /** When their last message was made. */
    told_at: number | null;
  };
  notification_messages: {
    /** Given along, so that who gets it twice can tell. */
    id: string;
    channel: 'email' | 'webhook';
    reader: string;
    created_at: number;
    /** As it is sent: of an e-mail JSON {subject, text}, of the webhook its body. */
    body: string;
    attempts: number;
    due_at: number;
    sent_at: number | null;
    given_up_at: number | null;
    error_code: string | null;
  };
  audit_log: {
    id: string;
    at: number;
    /** null: the system itself. */
    user_id: string | null;
    action: string;
    subject_type: string;
    subject_id: string | null;
    unit_id: string | null;
    /** JSON; no secrets. */
    detail: string;
    /** JSON, name by id: what those were called then whom the entry speaks of. null: written by an earlier release. */
    names: string | null;
    /** In whose place it was done; null: by a right of one's own. */
    in_place_of: string | null;
    /** What its thing was called then, folded, for searching; null: of an earlier release, and not made findable yet. */
    folded: string | null;
  };
  migrations: { name: string; applied_at: Generated<number> };
}

/** Tokens, which are written and searched, and not read. */
export interface NoticeWords {
  /** `no` of the notice. */
  rowid: number;
  title: string;
  /** Of its title, its text and its document number. */
  said: string;
}
/** Plays that count, painted in full or in part, and how long; exercises and what proves nothing stand beside them, never among them. */
export interface PlaySums {
  completed: number;
  partial: number;
  exercise: number;
  uncounted: number;
  /** Of completed and partial plays. */
  painted_ms: number;
}

export type NoticeState = 'draft' | 'submitted' | 'approved' | 'returned';
export type Role = 'administrator' | 'province' | 'approver' | 'editor' | 'technician' | 'viewer' | 'auditor';
