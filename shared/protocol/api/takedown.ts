/** HTTP: «Gỡ ngay» takes a notice off every board at once; «Cho phát lại» lets it be published again. */
import { z } from 'zod';
import { msUtc, requiredLine, uuid, version } from '../common.ts';

const person = z.strictObject({ id: z.string(), name: z.string().nullable() });

/** POST /api/notices/:id/take-down {reason} → takedowns (409 already_taken_down); POST /api/notices/:id/put-back (409 not_taken_down). */
export const takeDown = z.strictObject({ reason: requiredLine(500) });

/** GET /api/notices/:id/takedowns, the newest first; the first one holds now where `restoredAt` is null. */
export const takedowns = z.strictObject({
  takedowns: z.array(
    z.strictObject({
      id: uuid,
      at: msUtc,
      by: person,
      reason: z.string(),
      /** Boards are still being given a programme without it. */
      pending: z.boolean(),
      restoredAt: msUtc.nullable(),
      restoredBy: person.nullable(),
    }),
  ),
  /** Boards in sight that had it, with the version that is without it; null: what waits for a player. */
  boards: z.array(z.strictObject({ boardId: uuid, version: version.nullable() })),
  /** Boards that had it and are out of the asker's sight. */
  hidden: z.int(),
  /** Something may bring it to boards, or has: a playlist, required content, a programme that was published. */
  mayShow: z.boolean(),
});
export type Takedowns = z.infer<typeof takedowns>;
