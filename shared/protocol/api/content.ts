/** HTTP: notices, playlists, schedule entries, publishing. Deleting answers 204; edits name the `revision` they began from (409 revision_conflict). */
import { z } from 'zod';
import { durationMs, msUtc, requiredLine, uuid, version } from '../common.ts';
import { noticeCategories, noticeContent, playlistItem, windowFields } from '../programme.ts';
import { programmeProgress } from './boards.ts';

export { media, mediaList, type Media } from './media.ts';

/** How long one notice is on at a time, at most. */
const longestShownMs = 3_600_000;

const noticeFields = {
  unitId: uuid,
  title: requiredLine(300),
  category: z.enum(noticeCategories),
  content: noticeContent,
  /** null: from the text's length or the video's. */
  durationMs: durationMs.min(1000).max(longestShownMs).nullable(),
};
/** POST /api/notices → notice; PUT /api/notices/:id {…, revision} → notice; GET, GET :id, DELETE :id (409 in_use). Moved to a unit that does not contain its uses: code used_outside_unit 409. Layout fields: code `layout_field_invalid`, field `content.fields.<name>`. */
export const noticeInput = z.strictObject(noticeFields);
export const noticeEdit = z.strictObject({ ...noticeFields, revision: z.int() });
export const notice = z.strictObject({
  id: uuid,
  ...noticeFields,
  title: z.string(),
  revision: z.int(),
  updatedAt: msUtc,
  /** What boards will use. */ effectiveDurationMs: durationMs,
});
export const notices = z.strictObject({ notices: z.array(notice) });
export type NoticeInput = z.infer<typeof noticeInput>;
export type Notice = z.infer<typeof notice>;

const playlistFields = {
  unitId: uuid,
  name: requiredLine(200),
  items: z.array(playlistItem.extend({ durationMs: durationMs.min(1000).max(longestShownMs).nullable() })).max(1000),
};
/** POST /api/playlists, PUT /api/playlists/:id, GET, GET :id, DELETE :id (409 in_use). Moving: as notices. */
export const playlistInput = z.strictObject(playlistFields);
export const playlistEdit = z.strictObject({ ...playlistFields, revision: z.int() });
export const playlist = z.strictObject({
  id: uuid,
  ...playlistFields,
  name: z.string(),
  items: z.array(playlistItem),
  revision: z.int(),
  updatedAt: msUtc,
  totalMs: durationMs,
});
export const playlists = z.strictObject({ playlists: z.array(playlist) });
export type PlaylistInput = z.infer<typeof playlistInput>;
export type Playlist = z.infer<typeof playlist>;

export const targets = z
  .strictObject({ unitIds: z.array(uuid).max(5000), boardIds: z.array(uuid).max(5000) })
  .refine((t) => t.unitIds.length + t.boardIds.length > 0, { error: 'Name at least one board or unit' });

const scheduleFields = {
  unitId: uuid,
  playlistId: uuid,
  name: requiredLine(200),
  priority: z.int().min(0).max(100),
  ...windowFields,
  targets,
};
/** POST /api/schedule-entries, PUT :id, GET, GET :id, DELETE :id. Codes: cron_invalid (field cron), validity_reversed (field validTo), target_outside_unit, targets_gone (what it named has been deleted or moved). */
export const scheduleInput = z.strictObject(scheduleFields);
export const scheduleEdit = z.strictObject({ ...scheduleFields, revision: z.int() });
export const scheduleEntry = z.strictObject({
  id: uuid,
  ...scheduleFields,
  name: z.string(),
  revision: z.int(),
  updatedAt: msUtc,
});
export const scheduleEntries = z.strictObject({ entries: z.array(scheduleEntry) });
export type ScheduleInput = z.infer<typeof scheduleInput>;
export type ScheduleEntry = z.infer<typeof scheduleEntry>;

/** POST /api/programmes/preview {boardIds} → per board whether publishing would change anything. POST /api/programmes/publish → what was published. */
export const publishRequest = z.strictObject({ boardIds: z.array(uuid).min(1).max(10_000) });
export const publishPreview = z.strictObject({
  boards: z.array(
    z.strictObject({
      boardId: uuid,
      changed: z.boolean(),
      notices: z.int(),
      bytes: z.int(),
      /** Codes: board_unpaired, media_not_ready, nothing_to_play, obligations_overcommitted. `bytes`: what the board has to fetch anew. */ warnings:
        z.array(z.string()),
    }),
  ),
});
export const publishAnswer = z.strictObject({
  /** `version` is null for a board without a player: what was published waits, and is signed for the player when one is paired (warning board_unpaired). */
  boards: z.array(
    z.strictObject({ boardId: uuid, version: version.nullable(), changed: z.boolean(), warnings: z.array(z.string()) }),
  ),
});
/** GET /api/programmes/progress?boardIds=… */
export const progressList = z.strictObject({ progress: z.array(programmeProgress) });
