/** HTTP: boards. */
import { z } from 'zod';
import { msUtc, optionalLine, outputRegion, requiredLine, timeZone, uuid, version } from '../common.ts';
import { downloadLimits } from '../downloads.ts';
import { hostKind } from '../journal.ts';
import { playingNow } from '../playing.ts';
import { normalizePairingCode } from '../pairing.ts';

/** A group's name; boards and takeovers name it alike, however it was typed. */
export const boardGroup = requiredLine(64);

const boardFields = {
  unitId: uuid,
  name: requiredLine(200),
  place: optionalLine(300),
  kind: z.enum(['led', 'lcd']),
  width: z.int().min(16).max(16_384),
  height: z.int().min(16).max(16_384),
  output: outputRegion,
  /** Micrometres between LED pixels. */
  pitchUm: z.int().min(100).max(100_000).nullable(),
  readingDistanceCm: z.int().min(10).max(100_000).nullable(),
  zone: timeZone,
  groups: z.array(boardGroup).max(100),
  defaultPlaylistId: uuid.nullable(),
};
/** POST /api/boards → board. Code `output_outside_raster` when the region leaves the raster. */
export const boardInput = z.strictObject(boardFields);
/**
 * PATCH /api/boards/:id with any of the fields → board; what is not given stays. With the `revision` that the edit began from it is
 * refused when the board has another one by now (code revision_conflict 409); without, the given fields are set, whatever they were.
 */
export const boardPatch = boardInput.partial().extend({ revision: z.int().optional() });
export type BoardInput = z.infer<typeof boardInput>;

export const boardPresence = z.strictObject({
  boardId: uuid,
  /** unpaired: no player yet. */
  presence: z.enum(['unpaired', 'online', 'offline']),
  since: msUtc.nullable(),
  lastSeenAt: msUtc.nullable(),
  host: hostKind.nullable(),
  /** null: not known. */
  screenOn: z.boolean().nullable(),
  /** It is off because it should be. */
  screenRests: z.boolean(),
  now: playingNow.nullable(),
  next: playingNow.nullable(),
  programme: version.nullable(),
  /** As it said last: the source of its content is cut. */
  cut: z.boolean(),
  /** When two versions of its journal came, the last time. */
  forkedAt: msUtc.nullable(),
});
export type BoardPresence = z.infer<typeof boardPresence>;

export const programmeProgress = z.strictObject({
  boardId: uuid,
  version: version,
  state: z.enum(['published', 'received', 'fetching', 'active', 'refused']),
  missing: z.int(),
  errorCode: z.string().nullable(),
  /** Its media wait for these hours, as it said last (../downloads.ts); null: for none. */
  hours: downloadLimits.shape.hours,
  at: msUtc,
});
export type ProgrammeProgress = z.infer<typeof programmeProgress>;

export const board = z.strictObject({
  id: uuid,
  ...boardFields,
  name: z.string(),
  place: z.string(),
  groups: z.array(z.string()),
  /** Counts edits. */
  revision: z.int(),
  unitName: z.string(),
  presence: boardPresence,
  /** null: nothing published yet. */
  progress: programmeProgress.nullable(),
});
export type Board = z.infer<typeof board>;
/** GET /api/boards → those in sight. GET /api/boards/:id → board. */
export const boards = z.strictObject({ boards: z.array(board) });

/**
 * POST /api/boards/:id/unpair → board: its player speaks for it no more, and no other takes its place yet. `pairedAt`: of the player that is
 * meant, as it was read. Code: pairing_changed 409 (another player speaks for it by now).
 */
export const unpairBoardRequest = z.strictObject({ reason: requiredLine(500), pairedAt: msUtc });
const pairingEnd = z.strictObject({ at: msUtc, by: z.string().nullable(), reason: z.string() });
export type PairingEnd = z.infer<typeof pairingEnd>;
/**
 * GET /api/boards/:id/pairing → since when its player speaks for it (null: it has none), and by whom and why it was left without one (null: it
 * has one, or never had).
 */
export const boardPairing = z.strictObject({ pairedAt: msUtc.nullable(), ended: pairingEnd.nullable() });

/** POST /api/boards/:id/pairing {code} → board. Errors: pairing_code_unknown, pairing_code_expired, pairing_code_used, pairing_throttled. */
export const pairBoardRequest = z.strictObject({
  code: z
    .string()
    .max(40)
    .transform(normalizePairingCode)
    .pipe(z.string().regex(/^[0-9A-HJKMNP-TV-Z]{8}$/)),
});
