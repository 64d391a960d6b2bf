/** HTTP: what boards will play, and why. */
import { z } from 'zod';
import { msUtc, sha256Hex, timeZone, uuid, version } from '../common.ts';
import { why } from '../journal.ts';
import { part, suspension } from '../programme.ts';
import { scheduleInput } from './content.ts';

/** A week, in any zone. */
export const longestCoverageMs = 8 * 86_400_000;

/**
 * POST /api/coverage: which schedule has which boards when, as it would be if everything were published now. `draft` stands in for
 * the saved entry with its id, or beside the saved ones. Codes: board_unknown, playlist_unknown, cron_invalid, validity_reversed.
 */
export const coverageRequest = z.strictObject({
  boardIds: z.array(uuid).min(1).max(1000),
  from: msUtc,
  /** At most 8 days later. */
  to: msUtc,
  draft: scheduleInput.extend({ id: uuid }).optional(),
});
export type CoverageRequest = z.infer<typeof coverageRequest>;

export const stretch = z.strictObject({
  start: msUtc,
  end: msUtc,
  by: why,
  hidden: z.array(uuid),
  empty: z.array(uuid),
  obliged: z.boolean(),
});
/** What the entries are called that the answer names. */
const entryNames = z.array(z.strictObject({ id: uuid, name: z.string() }));

/** Boards that play alike share a group. */
export const coverageAnswer = z.strictObject({
  groups: z.array(z.strictObject({ boardIds: z.array(uuid), zone: timeZone, stretches: z.array(stretch) })),
  entries: entryNames,
});
export type CoverageAnswer = z.infer<typeof coverageAnswer>;
export type CoverageGroup = CoverageAnswer['groups'][number];

/** GET /api/boards/:id/programme?state=…: draft, as it would be published now; published, as it was published last. */
export const programmeQuery = z.strictObject({ state: z.enum(['draft', 'published']).default('published') });
export const boardProgramme = z.strictObject({
  /** null: nothing has been published for the board. */
  programme: z
    .strictObject({
      zone: timeZone,
      /** null for a draft, and for what waits for a player. */
      version: version.nullable(),
      defaultPlaylistId: uuid.nullable(),
      parts: z.array(z.strictObject({ hash: sha256Hex, part })),
      suspensions: z.array(suspension),
    })
    .nullable(),
  entries: entryNames,
});
export type BoardProgramme = z.infer<typeof boardProgramme>;
