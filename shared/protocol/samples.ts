/**
 * Pictures that a board takes of its glass again and again, small, each with when and what was on: for people who look after it from afar.
 * Like those on demand they are no record, and none proves a play.
 */
import { z } from 'zod';
import { msUtc, outputRegion, uuid } from './common.ts';
import { playingNow } from './playing.ts';

/** Minutes between two; 0: none are taken. */
export const sampleMinutes = z.union([z.literal(0), z.int().min(5).max(1440)]);

/** Longest side of the board's region in a picture, px, and what the picture weighs at most, bytes: somebody pays for each of them. */
export const sampleSide = 640;
export const maxSampleBytes = 40_000;
/** Beside its bytes: what else it takes to bring one over a connection of its own, bytes. */
export const sampleOverheadBytes = 7_000;

/** Of each board the CMS keeps so many, and none for longer, ms. */
export const samplesKept = 48;
export const sampleKeptMs = 30 * 86_400_000;

/** What was on the glass while it was taken. */
export const samplePlaying = playingNow.omit({ until: true });
export type SamplePlaying = z.infer<typeof samplePlaying>;

/** What a board says of a picture, or of why there is none. */
export const sampleAbout = z.object({
  /** By the board's trusted clock, ms UTC. */
  at: msUtc,
  /** The region that the board's picture occupies of its window, and that window's size, in the same px; null: all of it is the board's. */
  output: outputRegion.nullable(),
  window: z.object({ width: z.int().min(1), height: z.int().min(1) }).nullable(),
  /** null: nothing that is known, or something else came on meanwhile. */
  playing: samplePlaying.nullable(),
  /** Why there is no picture, and none until one comes: `screen_off`, `covered` (by the technician's page), `no_stage`, or what failed; null: there is one. */
  missing: z
    .string()
    .max(64)
    .regex(/^[a-z0-9_]+$/)
    .nullable(),
});
export type SampleAbout = z.infer<typeof sampleAbout>;

/**
 * PUT by the board, its token as bearer, with the picture as body (`screenshotTypes`, at most `maxSampleBytes`), or without one where
 * `missing` says why → 204, also when it is here already. Codes: samples_unwanted 409 (nobody ordered any), too_large 413,
 * screenshot_invalid 422: it is not brought again. server_busy 503: another time.
 * @param id made by the board, new for each
 */
export const samplePath = (id: string): string => `/api/board/samples/${id}`;
export const sampleQuery = z.strictObject({
  /** `sampleAbout` as JSON. */
  about: z
    .string()
    .max(4_000)
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(sampleAbout),
});

/** As a CMS knows one. */
export const sample = z.strictObject({
  id: uuid,
  boardId: uuid,
  at: msUtc,
  /** Of the picture as it is kept, px; null: there is none. */
  width: z.int().nullable(),
  height: z.int().nullable(),
  missing: z.string().nullable(),
  playing: samplePlaying.nullable(),
});
export type Sample = z.infer<typeof sample>;

/**
 * GET /api/boards/:id/samples → those that are kept, the newest first.
 * GET /api/boards/:id/samples/:sampleId/picture → image/webp. Error: screenshot_unknown 404.
 */
export const samples = z.strictObject({
  samples: z.array(sample),
  /** What a picture of them weighed on the board's line, on average, bytes; null: there is none. */
  bytesEach: z.number().nullable(),
});

/** GET /api/boards/:id/samples/room, for whoever may order them: how many pictures come, and how many the CMS can take. */
export const samplesRoom = z.strictObject({
  /** That all other boards were ordered to send while their screens are on, an hour. */
  ordered: z.number(),
  /** By how long the last ones took, an hour; null: too few have come to say. */
  possible: z.number().nullable(),
});
export type SamplesRoom = z.infer<typeof samplesRoom>;
