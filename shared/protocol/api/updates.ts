/** HTTP: releases of the player, and which boards run, try or wait for which. For whoever manages the installation. */
import { z } from 'zod';
import { msUtc, sha256Hex, uuid } from '../common.ts';
import { updateStates } from '../release.ts';

/**
 * POST /api/updates/releases (application/octet-stream, as `npm run release` writes it) → the release. Once more, it changes nothing.
 * Codes: release_key_unset 409 (the CMS was given no release key), release_invalid 422, update_signature_wrong 422, update_archive_wrong 422.
 */
export const playerRelease = z.strictObject({
  hash: sha256Hex,
  version: z.string(),
  /** Of what a board downloads, bytes. */
  size: z.int(),
  notes: z.string(),
  addedAt: msUtc,
  /** Who; null: no more known. */
  addedBy: z.string().nullable(),
});
export type PlayerRelease = z.infer<typeof playerRelease>;

/** A release with how far its rollout is. */
export const rolloutRelease = playerRelease.extend({
  /** It went back on too many boards: no more are ordered to run it. */
  stopped: z.boolean(),
  /** Boards that have tried it and say, connected with it, that it stays. */
  running: z.int(),
  /** So many more boards may be ordered to run it now. */
  room: z.int(),
});
export type RolloutRelease = z.infer<typeof rolloutRelease>;

/** How far the last order has come: at the CMS, then as the board tells it. */
export const orderState = z.enum(['waiting', 'taken', 'withdrawn', 'expired', ...updateStates]);
export type OrderState = z.infer<typeof orderState>;

export const boardVersion = z.strictObject({
  boardId: uuid,
  boardName: z.string(),
  unitId: uuid,
  unitName: z.string(),
  groups: z.array(z.string()),
  /** That its player said last; null: not known. */
  version: z.string().nullable(),
  order: z
    .strictObject({
      /** null: the version that the board had kept. */
      version: z.string().nullable(),
      state: orderState,
      /** Why it waits, went back or was refused. */
      code: z.string().nullable(),
      orderedAt: msUtc,
    })
    .nullable(),
});
export type BoardVersion = z.infer<typeof boardVersion>;

/** GET /api/updates */
export const updatesAnswer = z.strictObject({
  /** The CMS was given the release key, and so can say at once whether a release is signed by it. */
  keyKnown: z.boolean(),
  /** The newest first. */
  releases: z.array(rolloutRelease),
  boards: z.array(boardVersion),
});
export type UpdatesAnswer = z.infer<typeof updatesAnswer>;

/** At most so many boards are ordered at once. */
export const mostOrdered = 500;
/**
 * POST /api/updates/orders: one stage of a rollout. `hash` null: back to the version that each board has kept. Codes: release_unknown 404,
 * release_stopped 409 (it went back on too many boards), rollout_too_large 409 (`room`: more boards at once than it has been tried for), and
 * as giving a command.
 */
export const updateOrder = z.strictObject({
  hash: sha256Hex.nullable(),
  boardIds: z.array(uuid).min(1).max(mostOrdered),
});
export const updateOrdered = z.strictObject({ ordered: z.int() });

/** POST /api/updates/stop: boards that have not been sent their order are not sent it. → how many */
export const updatesStopped = z.strictObject({ withdrawn: z.int() });

/** A release that went back on so many boards, or on so large a part of those that were ordered to run it, is ordered for no more. */
export const stopsAfter = { boards: 3, part: 0.05, ofAtLeast: 20 } as const;

/** Until a board runs a release, it is on its way to so few; then to so many times as many as run it: one board, a group, all. */
export const stages = { first: 3, growth: 10 } as const;
