/** HTTP: what boards will play, and why. */
import { z } from 'zod';
import { msUtc, sha256Hex, timeZone, uuid, version } from '../common.ts';
import { why } from '../journal.ts';
import { part, suspension } from '../programme.ts';
import { scheduleInput } from './content.ts';

/** A weekend and the week after it, in any zone: one of the days may have 25 hours. */
export const longestCoverageMs = (9 * 24 + 1) * 3_600_000;

/**
 * POST /api/coverage: which schedule has which boards when, as it would be if everything were published now. `draft` stands in for
 * the saved entry with its id, or beside the saved ones. Codes: board_unknown, playlist_unknown, cron_invalid, validity_reversed.
 */
export const coverageRequest = z.strictObject({
  boardIds: z.array(uuid).min(1).max(1000),
  from: msUtc,
  /** At most `longestCoverageMs` later. */
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

/**
 * GET /api/boards/:id/programme?state=…&at=…: draft, as it would be published now; published, what the board used at that moment (ms UTC,
 * now unless it is given), by its own records; for one that is yet to come, as it was published last.
 */
export const programmeQuery = z.strictObject({
  state: z.enum(['draft', 'published']).default('published'),
  at: z.coerce.number().pipe(msUtc).optional(),
});
export type ProgrammeQuery = z.infer<typeof programmeQuery>;
export const boardProgramme = z.strictObject({
  /** Since when the board uses it, and until when it did; null: it has not told that it does. */
  used: z.strictObject({ from: msUtc, until: msUtc.nullable() }).nullable(),
  /** What was published last, where the board has not told of using it at that moment. */
  pending: version.nullable(),
  /** null: nothing has been published for the board; at a moment that has passed: it is not known what the board used. */
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
