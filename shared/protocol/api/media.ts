/** HTTP: the media library. Changes are told by the console socket (mediaChangedV1); deleting answers 204. */
import { z } from 'zod';
import { durationMs, msUtc, sha256Hex, uuid } from '../common.ts';

const mediaName = z.string().trim().min(1).max(300);
/** Tags that fold alike («Tết», «tet») are one tag of a file. */
const mediaTag = z.string().trim().min(1).max(40);
/** Most tags of one file. */
export const maxMediaTags = 20;

/**
 * Media arrive by tus 1.0 at /api/uploads (metadata: filename, unitId). When the upload is complete the CMS makes a media row in
 * state `processing` whose id is the upload's id (last path segment of its URL); the console socket tells of changes.
 * error codes: file_empty, file_unrecognized, image_too_large, image_unreadable, video_unreadable, video_truncated, video_gap, video_too_long, svg_not_allowed, storage_full, too_large, upload_lost.
 */
export const media = z.strictObject({
  id: uuid,
  unitId: uuid,
  name: z.string(),
  tags: z.array(z.string()),
  state: z.enum(['processing', 'ready', 'failed']),
  errorCode: z.string().nullable(),
  /** 0 to 1 while processing. */
  progress: z.number().nullable(),
  /** When it will be tried again: processing failed by no fault of the file, which is kept. Null in any other case. */
  retryAt: msUtc.nullable(),
  kind: z.enum(['image', 'video']),
  hash: sha256Hex.nullable(),
  size: z.int().nullable(),
  mediaType: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  durationMs: durationMs.nullable(),
  posterHash: sha256Hex.nullable(),
  createdAt: msUtc,
  /** When it was put into the recycle bin; null while it is in the library. */
  deletedAt: msUtc.nullable(),
});
export type Media = z.infer<typeof media>;

/**
 * GET /api/media?…, newest first unless sorted by name. Every word of `q` must be in the name or a tag, whatever its diacritics;
 * `unitId` stands for the unit and those below; `hash` finds who holds that content. `cursor` is the `next` of the page before.
 * `pages` leaves out the pictures of documents' pages, or lists nothing else.
 * `bin=true` lists the recycle bin of the units where the person may edit, the last deleted first.
 */
export const mediaQuery = z.strictObject({
  q: z.string().max(300).default(''),
  kind: z.enum(['image', 'video']).optional(),
  pages: z.enum(['without', 'only']).optional(),
  tag: mediaTag.optional(),
  unitId: uuid.optional(),
  hash: sha256Hex.optional(),
  bin: z.literal('true').optional(),
  sort: z.enum(['newest', 'name']).default('newest'),
  cursor: z.string().max(4000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(60),
});
export type MediaQuery = z.infer<typeof mediaQuery>;
/**
 * GET /api/media, GET /api/media/:id. `total` counts all pages. DELETE /api/media/:id puts it into the recycle bin (409 in_use), one that
 * never was ready goes at once; POST /api/media/:id/restore → media takes it out again.
 */
export const mediaList = z.strictObject({ media: z.array(media), next: z.string().nullable(), total: z.int() });
export type MediaList = z.infer<typeof mediaList>;

/** PATCH /api/media/:id → media: what is named changes, so two people who tag one file lose nothing. Errors: name_empty, tag_empty, tags_too_many. */
export const mediaEdit = z.strictObject({
  name: mediaName.optional(),
  addTags: z.array(mediaTag).max(maxMediaTags).optional(),
  removeTags: z.array(mediaTag).max(maxMediaTags).optional(),
});
export type MediaEdit = z.infer<typeof mediaEdit>;

/** GET /api/media/tags: those in sight, the most used first. */
export const mediaTags = z.strictObject({ tags: z.array(z.strictObject({ tag: z.string(), count: z.int() })) });
export type MediaTag = z.infer<typeof mediaTags>['tags'][number];

/** How long an upload that nobody goes on with is kept, ms: 7 days, so that a laptop may stay closed over a weekend and a holiday. */
export const unfinishedUploadMs = 7 * 86_400_000;
/**
 * GET /api/uploads: what this person began to send and has not sent to its end, the last touched first. It goes on by tus at
 * /api/uploads/:id with the same file: `name`, `size` (bytes) and `lastModified` (ms UTC, as the browser tells it) are to know it by.
 */
export const unfinishedUploads = z.strictObject({
  uploads: z.array(
    z.strictObject({
      id: uuid,
      unitId: uuid,
      name: z.string(),
      size: z.int(),
      /** Bytes that have arrived. */
      offset: z.int(),
      lastModified: msUtc.nullable(),
      changedAt: msUtc,
    }),
  ),
});
export type UnfinishedUpload = z.infer<typeof unfinishedUploads>['uploads'][number];

const use = z.strictObject({ id: uuid, name: z.string(), unitId: uuid });
/**
 * GET /api/media/:id/uses: what shows this file, by its content, where the person may see it. `hidden` counts what lies out of sight;
 * `copies` other files with the same content, which keep it in the library when this one goes.
 */
export const mediaUses = z.strictObject({
  notices: z.array(use),
  playlists: z.array(use),
  /** `name` is the notice's. */
  obligations: z.array(use),
  hidden: z.int(),
  copies: z.int(),
});
export type MediaUses = z.infer<typeof mediaUses>;

/**
 * POST /api/media/:id/replace → every notice that shows this file and that the person may edit shows the file `by` instead, also one that
 * comes back from the recycle bin; boards do so after the next publication. 409 media_unfinished, media_same, asset_of_other_kind (field by).
 */
export const mediaReplace = z.strictObject({ by: uuid });
export const mediaReplaced = z.strictObject({
  /** The new file. */
  media,
  /** The notices that show it now, or will when they are restored. */
  notices: z.array(use),
  /** Notices of other units, which go on with the old file, also once they are restored. */
  kept: z.int(),
  /** Whether the old file went into the recycle bin: when nothing shows it. */
  binned: z.boolean(),
});
export type MediaReplaced = z.infer<typeof mediaReplaced>;
