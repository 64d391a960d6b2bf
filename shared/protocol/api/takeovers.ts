/** HTTP: takeovers. Right: province and administrator roles on every target unit. */
import { z } from 'zod';
import { msUtc, optionalParagraphs, requiredLine, uuid } from '../common.ts';
import { disasterLevel, takeoverContent, takeoverSelectors } from '../takeover.ts';
import { boardGroup } from './boards.ts';

/** As people type it; the document that boards verify is never cleaned again. */
const contentInput = z.strictObject({
  event: requiredLine(100),
  level: disasterLevel,
  headline: requiredLine(200),
  instruction: optionalParagraphs(2000),
  senderName: requiredLine(200),
});
const selectorsInput = takeoverSelectors
  .extend({ groups: z.array(boardGroup).max(100) })
  .refine((s) => s.all || s.unitIds.length + s.groups.length + s.boardIds.length > 0, {
    error: 'Choose at least one board, unit or group',
  });
/** POST /api/takeovers/preview: how many boards it would reach, before anyone confirms. */
export const takeoverPreviewRequest = z.strictObject({ selectors: selectorsInput });
export const takeoverPreview = z.strictObject({
  targets: z.int(),
  /** Those that can get it at once, and say so when they display it. The four add up to the targets. */
  online: z.int(),
  offline: z.int(),
  /** Without a player: cannot receive. */
  unpaired: z.int(),
  /** Connected, but only a stand-in or an ordinary browser plays there: it gets it, and nobody can say that it is displayed. */
  unproved: z.int(),
  /** The source of their content is cut: they show it all the same, and then their standby slide again. */
  cut: z.int(),
  boards: z
    .array(
      z.strictObject({
        boardId: uuid,
        name: z.string(),
        unitName: z.string(),
        presence: z.enum(['unpaired', 'online', 'offline']),
        unproved: z.boolean(),
        /** Connected, and its screen is off though it should be on: perhaps nobody sees it. */
        dark: z.boolean(),
      }),
    )
    .max(10_000),
});
/** POST /api/takeovers → takeover. `clientId` makes a repeated request raise it once. Codes: takeover_no_targets, takeover_id_taken. */
export const takeoverRequest = z.strictObject({
  clientId: uuid,
  status: z.enum(['actual', 'exercise']),
  content: contentInput,
  selectors: selectorsInput,
  /** From now, ms: one minute to 72 hours. */
  durationMs: z.int().min(60_000).max(259_200_000),
});
export type TakeoverRequest = z.infer<typeof takeoverRequest>;

/**
 * `unpaired`: the board had no player while it lasted, so nothing was ever sent. `waiting`: the board was not connected, nothing has
 * been sent to it yet. `unknown`: it ended, and the board never answered.
 */
export const deliveryState = z.enum([
  'unpaired',
  'waiting',
  'sent',
  'received',
  'displayed',
  'dark',
  'failed',
  'refused',
  'ended',
  'unknown',
]);
export const takeoverView = z.strictObject({
  id: uuid,
  type: z.enum(['alert', 'update', 'cancel']),
  status: z.enum(['actual', 'exercise']),
  content: takeoverContent,
  issuedAt: msUtc,
  startsAt: msUtc,
  expiresAt: msUtc,
  raisedByName: z.string(),
  /** active, or how it ended. */
  state: z.enum(['active', 'allClear', 'superseded', 'expired']),
  endedAt: msUtc.nullable(),
  targets: z.int(),
  /** Boards with a player that was not connected when it was raised. */
  offlineAtRaise: z.int(),
  /** Boards that had no player then: they could not receive it, and get it when one is paired while it lasts. */
  unpairedAtRaise: z.int(),
  /** Boards per delivery state. */
  delivery: z.record(deliveryState, z.int()),
  /** How many boards it was really sent to, which of them took it, and which displayed it: facts, also after the end. */
  steps: z.strictObject({ sent: z.int(), received: z.int(), displayed: z.int() }),
});
export type TakeoverView = z.infer<typeof takeoverView>;
/** GET /api/takeovers?… → newest first, a page at a time. */
export const takeoversQuery = z.strictObject({
  status: z.enum(['actual', 'exercise']).optional(),
  level: z.coerce.number().pipe(disasterLevel).optional(),
  /** Raised in [from, to), ms UTC. */
  from: z.coerce.number().pipe(msUtc).optional(),
  to: z.coerce.number().pipe(msUtc).optional(),
  /** Words of the name or e-mail of who raised it, with or without diacritics. */
  who: z.string().max(200).default(''),
  /** At least one board is in this state; `sent`, `received` and `displayed` are steps that a board has taken at some time. */
  delivery: deliveryState.optional(),
  /** The `next` of the page before. */
  cursor: z
    .string()
    .regex(/^\d{1,9}_\d{1,15}$/)
    .optional(),
});
export type TakeoversQuery = z.infer<typeof takeoversQuery>;
export const takeovers = z.strictObject({ takeovers: z.array(takeoverView), next: z.string().nullable() });
/** GET /api/takeovers/:id → with deliveries. */
export const takeoverDetail = takeoverView.extend({
  /** Boards whose source is cut now: when it ends they go back to their standby slide. */
  cut: z.int(),
  deliveries: z.array(
    z.strictObject({
      boardId: uuid,
      boardName: z.string(),
      unitName: z.string(),
      state: deliveryState,
      /** Why it is not displayed; `display_unproved`: no host that can prove it said that it is (`provingHosts`). */
      errorCode: z.string().nullable(),
      receivedAt: msUtc.nullable(),
      displayedAt: msUtc.nullable(),
      endedAt: msUtc.nullable(),
    }),
  ),
});
/** POST /api/takeovers/:id/all-clear → takeover. Code takeover_not_active 409. */
