/** HTTP: plays. */
import { z } from 'zod';
import { durationMs, msUtc, uuid } from '../common.ts';
import { contentKind } from './overview.ts';
import { clockState, hostKind, journalBody, notCounted, playOutcome } from '../journal.ts';

export const play = z.strictObject({
  journalId: uuid,
  seq: z.int(),
  boardId: uuid,
  /** To which the board belonged then, by its name of that time. */
  unitId: uuid,
  unitName: z.string(),
  /**
   * Who issued the alert, or whose the notice is today, by its name of the time of the play: a notice may have been moved to another unit
   * since. null for the fallback slide.
   */
  issuerName: z.string().nullable(),
  startAt: msUtc,
  paintedMs: durationMs,
  noticeId: uuid.nullable(),
  /** The notice's or takeover's title, kept after deletion; null for the fallback slide. */
  title: z.string().nullable(),
  takeoverId: uuid.nullable(),
  /** The takeover was an exercise: proved like any other play, never counted as a real alert. */
  exercise: z.boolean(),
  why: z.enum(['takeover', 'obligation', 'schedule', 'loop', 'fallback']),
  outcome: playOutcome,
  host: hostKind,
  clock: clockState,
  /** null: it counts. */
  notCounted: notCounted.nullable(),
});
export type Play = z.infer<typeof play>;

/**
 * Where a page of plays ends: opaque to whoever asks. Made of start, the journal's number and the play's, because plays of two journals, or cut
 * ones, may begin at the same millisecond.
 */
export const playsCursor = z.string().regex(/^\d{1,15}_\d{1,15}_\d{1,15}$/);
/** Longest time whose plays are looked through, ms: a quarter of a year. */
const longestMs = 92 * 86_400_000;
const time = z.coerce.number().pipe(msUtc);

/** GET /api/plays?boardId=&cursor=&limit=50: newest first; with `kind` and `contentId` those of one content that began in [from, to). */
export const playsQuery = z
  .strictObject({
    boardId: uuid,
    kind: contentKind.optional(),
    contentId: uuid.optional(),
    from: time.optional(),
    to: time.optional(),
    /** The `next` of the page before. */
    cursor: playsCursor.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  })
  .refine(({ kind, contentId }) => (kind === undefined) === (contentId === undefined), {
    path: ['contentId'],
    message: 'A kind goes with the id of what is of that kind',
  })
  .refine(
    ({ kind, from, to }) => (from === undefined) === (to === undefined) && (kind === undefined || from !== undefined),
    {
      path: ['from'],
      message: 'A time has a beginning and an end, and what is asked of one content has a time',
    },
  )
  .refine(({ from = 0, to = 0 }) => to - from <= longestMs, { path: ['to'], message: 'More than 92 days' });
export type PlaysQuery = z.infer<typeof playsQuery>;
export const plays = z.strictObject({
  plays: z.array(play),
  /** For the plays that follow; null when there are none. */
  next: playsCursor.nullable(),
  /** Records held of the board up to now; forks are incidents. */
  incidents: z.int(),
});
/**
 * GET /api/plays/counts?boardId=&from=&to=: per notice and per takeover, plays that count, exercises as such, with those not counted beside.
 * [from, to), ms UTC, at most a quarter of a year.
 */
export const countsQuery = z
  .strictObject({
    boardId: uuid,
    from: time,
    to: time,
  })
  .refine(({ from, to }) => to - from <= longestMs, { path: ['to'], message: 'More than 92 days' });
export const playCounts = z.strictObject({
  counts: z.array(
    z.strictObject({
      noticeId: uuid.nullable(),
      /** A takeover has a row of its own, so that exercises and real alerts are never in one sum. */
      takeoverId: uuid.nullable(),
      isExercise: z.boolean(),
      title: z.string().nullable(),
      completed: z.int(),
      partial: z.int(),
      /** An exercise counts as nothing else. */
      exercise: z.int(),
      uncounted: z.int(),
      paintedMs: durationMs,
    }),
  ),
});

const eventsCursor = z.string().regex(/^\d{1,15}_[\da-f-]{36}_\d{1,15}$/);
/** GET /api/boards/:id/events?cursor=&limit=20 → boardEvents, newest first. */
export const eventsQuery = z.strictObject({
  /** The `next` of the page before. */
  cursor: eventsCursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});
/** What a player wrote into its journal beside plays: boots, faults, switches of programme … */
export const boardEvents = z.strictObject({
  events: z.array(
    z.strictObject({
      journalId: uuid,
      seq: z.int(),
      at: msUtc,
      /** null: of a kind that this release does not know. */
      body: journalBody.nullable(),
    }),
  ),
  next: eventsCursor.nullable(),
});
export type BoardEvent = z.infer<typeof boardEvents>['events'][number];
