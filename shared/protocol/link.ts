/**
 * The link between a board and the CMS: Socket.IO namespace `/board`. HTTP carries truth, the socket nudges: on connect a
 * board states its cursors and is given what it lacks, so a lost message never matters. `nounVerbedV1` are events,
 * `verbNounV1` commands; every message is answered with `{ok: true, …}` or `{ok: false, error}`. Either end passes by fields that it
 * does not know: board and CMS may be a year apart. What is signed is taken whole or not at all.
 */
import { z } from 'zod';
import { compactJws, errorBody, msUtc, outputRegion, publicKey, reply, sha256Hex, uuid, version } from './common.ts';
import { commandOutcome } from './commands.ts';
import { clockState, hostKind, journalBatch } from './journal.ts';
import { playingNow } from './playing.ts';
import { statusReport } from './status.ts';

export const boardNamespace = '/board';
/** Largest message that the CMS takes from a board, bytes. */
export const maxMessageBytes = 1_000_000;
/**
 * So often the CMS asks a connection whether somebody is there, and so long it waits for the answer, ms: who has fallen silent is noticed after
 * the sum of both at most, at either end. Each asking costs 213 bytes on the wire. `sparing`: of boards that pay for every byte; `usual`: of
 * everybody else, and of players from before there were two. Why these: docs/decisions/0016-two-heartbeats.md.
 */
export const heartbeats = {
  usual: { pingInterval: 20_000, pingTimeout: 10_000 },
  sparing: { pingInterval: 195_000, pingTimeout: 15_000 },
} as const;
/** What a board adds to the address of its connection to be asked sparingly. A CMS from before this does not look at it. */
export const sparingQuery = { heartbeat: 'sparing' } as const;

/** Payload of the token that a board signs with its key to connect and to fetch (JWS typ `bang-tin-board-token`, kid = board id). */
export const boardToken = z.strictObject({
  boardId: uuid,
  issuedAt: msUtc,
  expiresAt: msUtc,
  nonce: z.string().max(64),
});
/** A token lives at most this long, ms. */
export const boardTokenLifeMs = 120_000;

/**
 * What a board hands over to connect (Socket.IO `auth`). `journalOnly`: the former player of a board, also of a deleted one, or a
 * player paired with another board since, delivers what its old journal still holds under its old key; it may send
 * `appendJournalV1` and nothing else, and is asked for what is missing by `journal_gap`.
 */
export const boardAuth = z.strictObject({ token: compactJws, journalOnly: z.boolean().optional() });
/**
 * Codes of a refused connection, in `connect_error`'s `data` and `message`. `device_replaced`: another player has been paired with
 * the board, or the board was deleted; only `journalOnly` is still open to this one.
 */
export const connectRefusals = ['token_invalid', 'token_expired', 'board_unknown', 'device_replaced'] as const;

/**
 * What takes a board's content off a player for good (JWS typ `bang-tin-dismissal`, a programme key): this device no longer speaks
 * for this board. A key serves one pairing, so it can never be true of one that is paired anew. Signed, it says this and no more.
 */
export const dismissal = z.strictObject({ v: z.literal(1), boardId: uuid, deviceKey: publicKey, issuedAt: msUtc });
/**
 * `data` of a refused connection; with `device_replaced` the proof, and the key list that its key is in. What a later CMS says beside
 * them does not keep a player of today from leaving.
 */
export const connectRefusal = z.object({
  error: z.object(errorBody.shape.error.shape),
  dismissal: z.object({ statement: compactJws, keyList: compactJws }).optional(),
});
export type SignedDismissal = NonNullable<z.infer<typeof connectRefusal>['dismissal']>;

/** Why it did not work, in a board's words: a stable code, never text. Databases cannot store every text. */
const faultCode = z
  .string()
  .max(64)
  .regex(/^[a-z0-9_]*$/);
const errorCode = faultCode.nullable();

/** Board → CMS. */
export const boardMessages = {
  /** First message after connecting: the cursors. The answer brings what the board lacks. */
  helloV1: {
    request: z.object({
      app: z.string().max(64),
      host: hostKind,
      keyList: z.int().min(0),
      programme: version.nullable(),
      takeover: version.nullable(),
      journalId: uuid,
      /** Hash and number of the newest record; 0 and 64 zeros for none. */
      journalSeq: z.int().min(0),
      journalHash: sha256Hex,
      clock: clockState,
      offsetMs: z.int(),
    }),
    reply: reply({
      now: msUtc,
      keyList: compactJws.nullable(),
      manifest: compactJws.nullable(),
      /** Every takeover after the board's cursor that has not expired, cancels included, in order. */
      takeovers: z.array(compactJws),
      /** The last record that the CMS holds durably; the board sends what follows. */
      journalAcked: z.int().min(0),
    }),
  },
  /** A batch of records, in order. Answered only when durable. A resend changes nothing. */
  appendJournalV1: { request: journalBatch, reply: reply({ acked: z.int().min(0) }) },
  /** What is on the board now, sent when it changes. */
  stateChangedV1: {
    request: z.object({
      now: playingNow.nullable(),
      next: playingNow.nullable(),
      programme: version.nullable(),
      /** null: not known. */
      screenOn: z.boolean().nullable(),
      /** It is off because it should be; left out otherwise. */
      screenRests: z.literal(true).optional(),
      host: hostKind,
      /** The content's source is cut: nothing but the standby slide and alerts is shown. Players from before this field do not say so. */
      cut: z.boolean().default(false),
    }),
    reply: reply({}),
  },
  /** How far a published programme has come on the board. */
  programmeProgressedV1: {
    request: z.object({
      version,
      state: z.enum(['received', 'fetching', 'active', 'refused']),
      missing: z.int().min(0),
      errorCode,
    }),
    reply: reply({}),
  },
  /** What became of a takeover on the board. */
  takeoverProgressedV1: {
    request: z.object({
      takeoverId: uuid,
      state: z.enum(['received', 'displayed', 'dark', 'failed', 'ended', 'refused']),
      at: msUtc,
      errorCode,
    }),
    reply: reply({}),
  },
  /** What became of a command that was taken; told until it is answered. A CMS from before it answers `message_unknown`. */
  commandEndedV1: {
    request: z.object({ commandId: uuid, outcome: commandOutcome, at: msUtc, errorCode }),
    reply: reply({}),
  },
  /** As players from before `commandEndedV1` say that there will be no picture. */
  commandFailedV1: { request: z.object({ commandId: uuid, errorCode: faultCode }), reply: reply({}) },
  /** How the player is doing: in full, or what has changed. A CMS from before this message answers `message_unknown`, and is spared it. */
  statusReportedV1: { request: statusReport, reply: reply({}) },
  /** A sample of the CMS's clock. */
  readClockV1: { request: z.object({}), reply: reply({ now: msUtc }) },
} as const;

/** CMS → board. */
export const cmsMessages = {
  keyListPublishedV1: { request: z.object({ keyList: compactJws }), reply: reply({}) },
  programmePublishedV1: { request: z.object({ manifest: compactJws }), reply: reply({}) },
  /** Sent to all without an ack: what became of it comes as `takeoverProgressedV1`, a loss is mended by the cursor. */
  takeoverRaisedV1: { request: z.object({ takeover: compactJws }), reply: reply({}) },
  /** A signed command (commands.ts). Answered when it is remembered, and once more when it comes again. */
  runCommandV1: { request: z.object({ command: compactJws }), reply: reply({}) },
} as const;

export type BoardMessage = keyof typeof boardMessages;
export type CmsMessage = keyof typeof cmsMessages;
export type RequestOf<M extends { request: z.ZodType }> = z.infer<M['request']>;
/** As it is sent: what has a default may be left out. */
export type SentOf<M extends { request: z.ZodType }> = z.input<M['request']>;
export type ReplyOf<M extends { reply: z.ZodType }> = z.infer<M['reply']>;

/** GET /api/board/time, without a token: a board with a wrong clock needs it to make one. */
export const timeAnswer = z.strictObject({ now: msUtc });

/**
 * PUT by the board that the command was for, its token as bearer, with the picture as body (`screenshotTypes`, at most
 * `maxScreenshotBytes`) → 204. Codes: screenshot_unknown 404, screenshot_taken 409, screenshot_expired 410, too_large 413,
 * screenshot_invalid 422.
 */
export const screenshotPath = (commandId: string): string => `/api/board/screenshots/${commandId}`;
export const screenshotTypes = ['image/webp', 'image/jpeg'] as const;
/** Somebody pays for every byte that a board sends. */
export const maxScreenshotBytes = 200_000;
export const screenshotQuery = z.strictObject({
  /** By the board's trusted clock, ms UTC. */
  takenAt: z.coerce.number().pipe(msUtc),
  /** The region that the board's picture occupies: x, y, width, height, rotation. Left out: the whole window. */
  output: z
    .string()
    .regex(/^\d+(,\d+){4}$/)
    .transform((text) => {
      const [x, y, width, height, rotation] = text.split(',').map(Number);
      return { x, y, width, height, rotation };
    })
    .pipe(outputRegion)
    .optional(),
});
export type ScreenshotQuery = z.output<typeof screenshotQuery>;

/** PUT by the board that the command was for, its token as bearer, text/plain of at most `maxLogBytes` → 204. Codes: log_unknown 404, log_expired 410. */
export const logPath = (commandId: string): string => `/api/board/logs/${commandId}`;
export const maxLogBytes = 64_000;
