/** HTTP: what boards will play, and why. */
import { z } from 'zod';
import { msUtc, sha256Hex, timeZone, uuid, version } from '../common.ts';
import { part, suspension } from '../programme.ts';
import { scheduleInput } from './content.ts';

/** A weekend and the week after it, in any zone: one of the days may have 25 hours. */
export const longestCoverageMs = (9 * 24 + 1) * 3_600_000;

/** Boards that one question is about at most. */
export const mostCoveredBoards = 1000;
/**
 * POST /api/coverage: which schedule has which boards when, as it would be if everything were published now. `draft` stands in for
 * the saved entry with its id, or beside the saved ones. Codes: board_unknown, playlist_unknown, cron_invalid, validity_reversed.
 */
export const coverageRequest = z
  .strictObject({
    /** Of these boards; or … */
    boardIds: z.array(uuid).min(1).max(mostCoveredBoards).optional(),
    /** … of those in sight of the unit and below, the first `mostCoveredBoards` as GET /api/boards has them; there may be none. */
    unitId: uuid.optional(),
    from: msUtc,
    /** At most `longestCoverageMs` later. */
    to: msUtc,
    draft: scheduleInput.extend({ id: uuid }).optional(),
    /** The entry, or draft, of which is asked when screens are off while it has their boards. */
    darkOf: uuid.optional(),
  })
  .refine(({ boardIds, unitId }) => (boardIds === undefined) !== (unitId === undefined), {
    path: ['boardIds'],
    message: 'Boards, or a unit',
  });
export type CoverageRequest = z.infer<typeof coverageRequest>;

/** What the entries are called that the answer names. */
const entryNames = z.array(z.strictObject({ id: uuid, name: z.string() }));
/** [start, end), ms UTC; ascending, and none touches the next. */
const spans = z.array(z.strictObject({ start: msUtc, end: msUtc }));

/** What of the coverage of boards of one zone is worth a look. */
const coverageFinding = z.strictObject({
  /**
   * hidden: an entry is open while another has the board; empty: it is open and has nothing to play; gap: nothing but the fallback, unless
   * the screens of all boards that play alike are off by the hours that stand.
   */
  kind: z.enum(['hidden', 'empty', 'gap']),
  /** The entry that is not seen; null for a gap. */
  entryId: uuid.nullable(),
  /** The entry that is seen instead; null for what is not hidden. */
  byId: uuid.nullable(),
  zone: timeZone,
  /** How many boards it concerns. */
  boards: z.int().min(1),
  /** When it is so on any of them. */
  spans,
});
export type CoverageFinding = z.infer<typeof coverageFinding>;

export const coverageAnswer = z.strictObject({
  from: msUtc,
  to: msUtc,
  findings: z.array(coverageFinding),
  /** When entries have at least one of the boards. */
  seen: z.array(z.strictObject({ entryId: uuid, spans })),
  /** When screens are off, by the hours that stand, while `darkOf` has their boards; boards with the same spans together, most boards first. */
  dark: z.array(z.strictObject({ zone: timeZone, boards: z.int().min(1), spans })),
  entries: entryNames,
});
export type CoverageAnswer = z.infer<typeof coverageAnswer>;

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
  /** When the board keeps its screen off by its hours, whole spans that touch the local day of that moment; longer than a week: always. */
  dark: spans,
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
