/** HTTP: pictures of what a board shows, on demand. They are for people's eyes and are never counted as proof. */
import { z } from 'zod';
import { msUtc, uuid } from '../common.ts';

/** Pictures that are kept of each board; older ones go. */
export const screenshotsKept = 5;
/** No picture is kept longer, ms. */
export const screenshotKeptMs = 30 * 86_400_000;
/** Longest side of a picture as it is kept, px. */
export const maxScreenshotSide = 1280;

export const screenshot = z.strictObject({
  id: uuid,
  boardId: uuid,
  /** waiting: asked for, and the board still has until `expiresAt`; unanswered: it has let that pass. */
  state: z.enum(['waiting', 'taken', 'failed', 'unanswered']),
  askedAt: msUtc,
  expiresAt: msUtc,
  takenAt: msUtc.nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** Why there is no picture, in the board's words or ours: a stable code. */
  errorCode: z.string().nullable(),
  /** Asked of a player that has been replaced since: it may hang elsewhere by now. */
  formerPlayer: z.boolean(),
});
export type Screenshot = z.infer<typeof screenshot>;

/**
 * POST /api/boards/:id/screenshots → screenshot, the one that is waited for if there is one. Errors: board_offline 409,
 * command_refused 409 (params.code: what the board said, such as capture_unsupported).
 * GET /api/boards/:id/screenshots → those that are kept, and the last attempt that came to nothing; the newest first.
 * GET /api/boards/:id/screenshots/:screenshotId/picture → image/webp. Error: screenshot_unknown 404.
 */
export const screenshots = z.strictObject({ screenshots: z.array(screenshot) });
