/** HTTP: commands to a board, and what became of them. */
import { z } from 'zod';
import { copiedOrders, standingOrders } from '../commands.ts';
import { msUtc, uuid } from '../common.ts';

/** Commands of a board that are shown, the newest first. */
export const commandsShown = 30;

export const givenCommand = z.strictObject({
  id: uuid,
  /** A command of the table (../commands.ts), or one that an earlier or later release knows. */
  name: z.string(),
  /** What it says beside its name. */
  payload: z.record(z.string(), z.unknown()),
  /** Who gave it; null where nobody of this name is known any more, or where nobody did. */
  by: z.string().nullable(),
  /** The CMS gave an order that stands anew: what the player told was another. */
  renewed: z.boolean(),
  issuedAt: msUtc,
  expiresAt: msUtc,
  /**
   * waiting: not with the board yet, it has until `expiresAt`; received: the board remembers it and has not said more; expired: it did not
   * reach the board in time; refused: the board does not carry it out; replaced: a later one of the same name makes it needless.
   */
  state: z.enum(['waiting', 'received', 'done', 'failed', 'refused', 'expired', 'replaced']),
  /** Since when that is so, ms UTC. */
  stateAt: msUtc,
  /** Why not, in the board's words or ours: a stable code. */
  errorCode: z.string().nullable(),
  /** The log that it asked for is here. */
  hasLog: z.boolean(),
});
export type GivenCommand = z.infer<typeof givenCommand>;

const byWhom = z.strictObject({ at: msUtc, by: z.string().nullable() });
/**
 * GET /api/boards/:id/cut → since when its source is cut, by what it said itself, and by whom (null: this CMS knows of no such order); when
 * and by whom it was ordered to be restored, until the board has done it.
 */
export const sourceCut = z.strictObject({ cut: byWhom.nullable(), restoring: byWhom.nullable() });
export type SourceCut = z.infer<typeof sourceCut>;

/**
 * POST /api/boards/:id/commands (../commands.ts `commandRequest`) → the command. `endTest` ends a picture early. Errors: board_offline 409 (it does not
 * wait for the board), command_refused 409 (nor that; params.code: what the board said), command_pending 409 (one of the kind is under way).
 * GET /api/boards/:id/commands → the newest `commandsShown`, the newest first, and the orders that stand for the board, however old.
 */
export const givenCommands = z.strictObject({
  commands: z.array(givenCommand),
  /** Of each kind the one that stands; null: none. */
  orders: z.record(z.enum(standingOrders), givenCommand.nullable()),
});
export type GivenCommands = z.infer<typeof givenCommands>;

/** Boards that are ordered at once. */
export const mostCopies = 500;
/**
 * POST /api/boards/:id/orders/copies: orders that stand for this board are given to others as well; none of them, where the asker may not
 * order for one of those. Those that are away get them when they are back. Codes: order_none 409 (there is no such order), board_unknown 404, forbidden 403.
 */
export const orderCopies = z.strictObject({
  names: z.array(z.enum(copiedOrders)).min(1),
  boardIds: z.array(uuid).min(1).max(mostCopies),
});
export const ordersCopied = z.strictObject({
  boards: z.int(),
  /** Those of them that have not taken theirs yet. */
  waiting: z.int(),
  /** What boards could not do, as far as they have said so by now. */
  failed: z.array(z.strictObject({ boardId: uuid, name: z.enum(copiedOrders), errorCode: z.string().nullable() })),
});
export type OrdersCopied = z.infer<typeof ordersCopied>;
