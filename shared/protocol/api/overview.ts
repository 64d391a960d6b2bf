/**
 * HTTP: the overview. What boards do now, and what they have proved: sums of plays that count, never of what was planned. A board
 * that has told of nothing is unknown, not silent.
 */
import { z } from 'zod';
import { durationMs, msUtc, uuid } from '../common.ts';

/** What a board does, the most pressing first. A board is in one of them. `dark`: its screen is off, and should not be; `resting`: it should. */
export const boardCondition = z.enum([
  'incident',
  'offline',
  'unknown',
  'dark',
  'fallback',
  'takeover',
  'exercise',
  'resting',
  'playing',
  'unpaired',
]);
export type BoardCondition = z.infer<typeof boardCondition>;

/**
 * Why it is an incident: `journal_fork` (two versions of its journal within a week), `programme_refused`, `unproved` (what runs there
 * proves nothing); why it is unknown: `never` (its player has not connected yet), `silent` (it has not said what it shows);
 * why it shows its standby slide alone: `source_cut` (somebody cut the source of its content).
 */
export const conditionReason = z.enum([
  'journal_fork',
  'programme_refused',
  'unproved',
  'never',
  'silent',
  'source_cut',
]);
export type ConditionReason = z.infer<typeof conditionReason>;

/**
 * Plays that count, in full and in part, and how long they were on; exercises and what does not count stand beside them. The line of one
 * exercise says how long that was on; the standby slide is in no sum.
 */
const sums = {
  completed: z.int(),
  partial: z.int(),
  exercise: z.int(),
  uncounted: z.int(),
  paintedMs: durationMs,
};
const playSums = z.strictObject(sums);
export type PlaySums = z.infer<typeof playSums>;

/** Since midnight in Viet Nam; or the same and the six days before. */
export const overviewRange = z.enum(['today', 'week']);
export type OverviewRange = z.infer<typeof overviewRange>;
const scopeFields = {
  /** This unit and those below; without it everything in sight. */
  unitId: uuid.optional(),
  range: overviewRange.default('today'),
};

/** What is shown. */
export const contentKind = z.enum(['notice', 'takeover']);
export type ContentKind = z.infer<typeof contentKind>;
/** One line of a breakdown. */
const playLine = z.strictObject({
  /** Of the board, unit, notice or takeover, or the category's key. */
  id: z.string(),
  /** Kept after deletion; null where there is none. */
  name: z.string().nullable(),
  /** Of a board: the unit that it belongs to now. */
  unitName: z.string().nullable(),
  /** Of content. */
  kind: contentKind.nullable(),
  isExercise: z.boolean(),
  /** It is there no more; its plays are. */
  isDeleted: z.boolean(),
  ...sums,
});
export type PlayLine = z.infer<typeof playLine>;

/** GET /api/overview?unitId=&range= → overview. */
export const overviewQuery = z.strictObject(scopeFields);
export const overview = z.strictObject({
  at: msUtc,
  from: msUtc,
  to: msUtc,
  /** These are the data of a backup of that time, and no board here has been heard of since; null: they are not. */
  restoredFrom: msUtc.nullable(),
  boards: z.strictObject({
    total: z.int(),
    /** Those that there are. */
    conditions: z.array(
      z.strictObject({
        condition: boardCondition,
        count: z.int(),
        oldestSince: msUtc.nullable(),
        /** How many of them are in it for which reason; those that have none are left out. */
        reasons: z.array(z.strictObject({ reason: conditionReason, count: z.int() })),
      }),
    ),
  }),
  /** The units right below the one that is looked at, each with all that is under it. */
  units: z.array(
    z.strictObject({
      id: uuid,
      name: z.string(),
      boards: z.int(),
      /** Of its boards. */
      offline: z.int(),
      incidents: z.int(),
      plays: playSums,
    }),
  ),
  plays: z.strictObject({
    /** Every play that had arrived by then is in the sums, that of a restored backup with `restoredFrom`; null: they are being made up. */
    talliedAt: msUtc.nullable(),
    totals: playSums,
    /** Boards that have told of a play that counts. */
    boards: z.int(),
    /** One per hour (today) or per day (week), from the first to the one that runs; `at` is its beginning. */
    series: z.array(z.strictObject({ at: msUtc, ...sums })),
    topBoards: z.array(playLine),
    topContents: z.array(playLine),
    /** All that have any, in the province's order. */
    categories: z.array(playLine),
    /** Of notices, by the unit that answered for them on the day. */
    origins: z.array(playLine),
  }),
});
export type Overview = z.infer<typeof overview>;

/** GET /api/overview/plays?by=…: a whole breakdown; of boards also of one notice or takeover (`kind`, `contentId`). */
export const breakdownQuery = z.strictObject({
  ...scopeFields,
  by: z.enum(['unit', 'board', 'content', 'category', 'origin']),
  kind: contentKind.optional(),
  contentId: z.union([uuid, z.literal('')]).optional(),
});
export type Breakdown = z.infer<typeof breakdownQuery>['by'];
export const breakdown = z.strictObject({
  talliedAt: msUtc.nullable(),
  from: msUtc,
  to: msUtc,
  lines: z.array(playLine),
});

/** GET /api/overview/plays.csv?by=…&language=…: the same as a file that a spreadsheet opens. Who asked for it stands in the audit log. */
export const exportQuery = breakdownQuery.extend({ language: z.enum(['vi', 'en']) });

/** GET /api/overview/boards?condition=…: the boards in one condition, in it the longest first. */
export const conditionQuery = z.strictObject({
  unitId: uuid.optional(),
  condition: boardCondition,
  /** The `next` of the page before. */
  cursor: z
    .string()
    .regex(/^\d{1,16}_[\da-f-]{36}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
});
const conditionBoard = z.strictObject({
  id: uuid,
  name: z.string(),
  place: z.string(),
  unitName: z.string(),
  condition: boardCondition,
  reason: conditionReason.nullable(),
  since: msUtc.nullable(),
});
export type ConditionBoard = z.infer<typeof conditionBoard>;
export const conditionPage = z.strictObject({ boards: z.array(conditionBoard), next: z.string().nullable() });

/** GET /api/overview/start: how far somebody's first steps have come, as the data say. */
const startStep = z.enum(['unit', 'board', 'notice', 'approval', 'playlist', 'schedule', 'publish', 'play']);
export type StartStep = z.infer<typeof startStep>;
export const start = z.strictObject({ steps: z.array(z.strictObject({ step: startStep, done: z.boolean() })) });
