/** HTTP: notices, playlists, schedule entries. Deleting answers 204; edits and deletions name the `revision` they began from (409 revision_conflict). */
import { z } from 'zod';
import { chosenId, durationMs, msUtc, requiredLine, sha256Hex, uuid } from '../common.ts';
import { exceptionDays, noticeContent, playlistItem, windowFields } from '../programme.ts';
import { categoryKey } from './categories.ts';
import { listFields, pageFields } from './lists.ts';

export { pageRows } from './lists.ts';
export { media, mediaList, type Media } from './media.ts';

/** How long one notice is on at a time, at most. */
export const longestShownMs = 3_600_000;

/*
 * Lists of what people edit: GET /api/notices?…, /api/playlists?…, /api/schedule-entries?…, the newest edit first; a word may also be
 * in the name of an entry's playlist, or in the document number or text of a notice: those come after what is found by its title.
 */
/** `a,b,c` */
const someIds = z
  .string()
  .max(4000)
  .transform((text) => text.split(',').filter((id) => id !== ''))
  .pipe(z.array(uuid).max(100));

/**
 * DELETE /api/notices/:id?revision=… and the like: what is deleted is what was read; edited since, the answer is 409 revision_conflict.
 * It goes into the recycle bin (bin.ts); POST /api/notices/:id/restore and the like take it out, and answer with it.
 */
export const deleteQuery = z.strictObject({ revision: z.coerce.number().int().min(1) });

/** How far what a notice says now has come: an edit makes it a draft again, while boards keep the version that was approved last. */
export const noticeStates = ['draft', 'submitted', 'approved', 'returned'] as const;
export type NoticeState = (typeof noticeStates)[number];

/** Letters in what a notice is called in lists and reports. */
export const maxTitleLength = 300;

const noticeFields = {
  unitId: uuid,
  title: requiredLine(maxTitleLength),
  category: categoryKey,
  content: noticeContent,
  /** null: from the text's length or the video's. */
  durationMs: durationMs.min(1000).max(longestShownMs).nullable(),
};
/** Whether it entertains. Left out, a new one does not and an edited one keeps its own. */
const entertainmentField = { entertainment: z.boolean().optional() };
/** POST /api/notices → notice; PUT /api/notices/:id {…, revision} → notice; GET, GET :id, DELETE :id (409 in_use). Moved to a unit that does not contain its uses: code used_outside_unit 409. Layout fields: code `layout_field_invalid`, field `content.fields.<name>`. A video of more than an hour: code `notice_too_long`, field `durationMs`. */
export const noticeInput = z.strictObject({
  ...noticeFields,
  ...entertainmentField,
  /** The document that it is made of; stays with it. */ documentId: uuid.optional(),
});
export const noticeCreate = noticeInput.extend(chosenId);
export const noticeEdit = z.strictObject({ ...noticeFields, ...entertainmentField, revision: z.int() });
export const notice = z.strictObject({
  id: uuid,
  ...noticeFields,
  title: z.string(),
  /** Boards do not show it while there is mourning (api/mournings.ts). */
  entertainment: z.boolean(),
  documentId: uuid.nullable(),
  revision: z.int(),
  updatedAt: msUtc,
  /** What boards will use. */ effectiveDurationMs: durationMs,
  state: z.enum(noticeStates),
  /** The version that boards are given (api/approval.ts); null: none was ever approved. */
  approvedVersion: z.int().nullable(),
  /** It was taken off all boards. */
  takenDown: z.boolean(),
});
/** What a notice in a list is: its content itself can be long, and has GET /api/notices/:id. */
const noticeLook = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('layout'), layout: z.string() }),
  z.strictObject({ type: z.literal('image'), asset: sha256Hex }),
  z.strictObject({ type: z.literal('video'), asset: sha256Hex }),
]);
export type NoticeLook = z.infer<typeof noticeLook>;
const found = z.strictObject({
  /** `document`: on the pages of its document that it shows. */
  in: z.enum(['documentNumber', 'text', 'document']),
  /** The number, or the part of the text that has the words. */
  text: z.string(),
});
export type Found = z.infer<typeof found>;
const noticeRow = notice.omit({ content: true }).extend({
  look: noticeLook,
  /** A small picture of it. */
  poster: sha256Hex.nullable(),
  /** What boards have of it entertains: it rests while there is mourning. */
  rests: z.boolean(),
  /** Where the words sought are, unless they are in its title and its unit's name. */
  found: found.optional(),
});
const yes = z.literal('true').optional();
/** `ids`: only these; `toDecide`: what waits for the asker's approval. */
export const noticesQuery = z.strictObject({
  ...listFields,
  category: categoryKey.optional(),
  state: z.enum(noticeStates).optional(),
  toDecide: yes,
  takenDown: z.enum(['true', 'false']).optional(),
  ids: someIds.optional(),
});
export const notices = z.strictObject({ notices: z.array(noticeRow), ...pageFields });
export type NoticeRow = z.infer<typeof noticeRow>;
export type NoticesQuery = z.infer<typeof noticesQuery>;
export type NoticeList = z.infer<typeof notices>;
export type NoticeInput = z.infer<typeof noticeInput>;
export type NoticeCreate = z.infer<typeof noticeCreate>;
export type Notice = z.infer<typeof notice>;

const playlistFields = {
  unitId: uuid,
  name: requiredLine(200),
  items: z.array(playlistItem.extend({ durationMs: durationMs.min(1000).max(longestShownMs).nullable() })).max(1000),
};
/** POST /api/playlists, PUT /api/playlists/:id, GET, GET :id, DELETE :id (409 in_use). Moving: as notices. POST :id/restore leaves out the items whose notice there is no more. */
export const playlistInput = z.strictObject(playlistFields);
export const playlistCreate = playlistInput.extend(chosenId);
export const playlistEdit = z.strictObject({ ...playlistFields, revision: z.int() });
export const playlist = z.strictObject({
  id: uuid,
  ...playlistFields,
  name: z.string(),
  items: z.array(playlistItem),
  revision: z.int(),
  updatedAt: msUtc,
  /** `itemCount` and `totalMs` are of what boards show now: without what was taken down, was never approved, or rests while the unit mourns. */
  itemCount: z.int(),
  totalMs: durationMs,
  takenDown: z.int(),
  unapproved: z.int(),
  resting: z.int(),
});
const playlistRow = playlist.omit({ items: true }).extend({
  /** When items are played, each time once: with one of them valid, the playlist has something to play. */
  validities: z.array(playlistItem.pick({ validFrom: true, validTo: true })),
});
/** `noticeId`: only those that hold it. */
export const playlistsQuery = z.strictObject({ ...listFields, noticeId: uuid.optional() });
export const playlists = z.strictObject({ playlists: z.array(playlistRow), ...pageFields });
export type PlaylistRow = z.infer<typeof playlistRow>;
export type PlaylistsQuery = z.infer<typeof playlistsQuery>;
export type PlaylistList = z.infer<typeof playlists>;
export type PlaylistInput = z.infer<typeof playlistInput>;
export type PlaylistCreate = z.infer<typeof playlistCreate>;
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
/** Left out, a new entry has none and an edited one keeps its own. */
const exceptionFields = { exceptions: exceptionDays.optional() };
/** POST /api/schedule-entries, PUT :id, GET, GET :id, DELETE :id, POST :id/restore. Codes: cron_invalid (field cron), validity_reversed (field validTo), target_outside_unit, targets_gone (what it named has been deleted or moved); of a restoration also playlist_deleted 409 (its playlist has to be restored first). */
export const scheduleInput = z.strictObject({ ...scheduleFields, ...exceptionFields });
export const scheduleCreate = scheduleInput.extend(chosenId);
export const scheduleEdit = z.strictObject({ ...scheduleFields, ...exceptionFields, revision: z.int() });
export const scheduleEntry = z.strictObject({
  id: uuid,
  ...scheduleFields,
  exceptions: exceptionDays,
  name: z.string(),
  /** A unit above the reader's own is not among the units they are told of. */
  unitName: z.string(),
  revision: z.int(),
  updatedAt: msUtc,
});
/** `boards`: how many of those in the reader's sight it means. */
const scheduleRow = scheduleEntry.extend({
  playlistName: z.string(),
  playlistUnitId: uuid,
  boards: z.int(),
});
export const schedulesQuery = z.strictObject({ ...listFields, playlistId: uuid.optional() });
export const scheduleEntries = z.strictObject({ entries: z.array(scheduleRow), ...pageFields });
/**
 * GET /api/schedule-entries/terms?from&to (9 days at most)&unitId: what entries in sight said when, of those times at which they said it;
 * deleted ones too; the newest first, at most two thousand. Of entries that may mean boards of the unit: its own and those of units above
 * it, and unless `below` is false those of units below it.
 */
export const scheduleTermsQuery = z.strictObject({
  from: z.coerce.number().pipe(msUtc),
  to: z.coerce.number().pipe(msUtc),
  unitId: uuid,
  below: z.enum(['true', 'false']).default('true'),
});
const scheduleTerm = z.strictObject({
  entryId: uuid,
  unitId: uuid,
  name: z.string(),
  ...windowFields,
  exceptions: exceptionDays,
  targets,
  from: msUtc,
  /** null: it still does. */
  until: msUtc.nullable(),
});
export type ScheduleTerm = z.infer<typeof scheduleTerm>;
/** `more`: older ones are not told. */
export const scheduleTerms = z.strictObject({ terms: z.array(scheduleTerm), more: z.boolean() });
export type ScheduleTermsQuery = z.infer<typeof scheduleTermsQuery>;
export type ScheduleTerms = z.infer<typeof scheduleTerms>;
export type ScheduleRow = z.infer<typeof scheduleRow>;
export type SchedulesQuery = z.infer<typeof schedulesQuery>;
export type ScheduleList = z.infer<typeof scheduleEntries>;
export type ScheduleInput = z.infer<typeof scheduleInput>;
export type ScheduleCreate = z.infer<typeof scheduleCreate>;
export type ScheduleEntry = z.infer<typeof scheduleEntry>;
