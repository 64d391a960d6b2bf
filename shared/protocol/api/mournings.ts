/**
 * HTTP: mourning (quốc tang). Between two times boards of a unit and below show no notice that is marked as entertainment. What is
 * ordered, changed or lifted reaches the boards at once, without anybody there publishing; boards end it by themselves, offline too.
 */
import { z } from 'zod';
import { msUtc, optionalLine, requiredLine, uuid } from '../common.ts';

const person = z.strictObject({ id: z.string(), name: z.string().nullable() });

/** A slip in the month or the year does not silence boards for long. */
export const longestMourningMs = 31 * 86_400_000;

/**
 * POST /api/mournings → mourning. What begins in the past begins now. Codes: validity_reversed, mourning_ends_past,
 * mourning_too_long (field endsAt), mourning_overlaps 409 (the unit mourns then already), mourning_too_many 409.
 */
export const mourningInput = z.strictObject({
  /** Boards of this unit and of all below it. */
  unitId: uuid,
  reason: requiredLine(300),
  /** Number of the document that orders it. */
  reference: optionalLine(200),
  startsAt: msUtc,
  endsAt: msUtc,
});
export type MourningInput = z.infer<typeof mourningInput>;
/** PUT /api/mournings/:id → mourning: extends or shortens it. Codes: as POST, revision_conflict 409, mourning_over 409. */
export const mourningEdit = z.strictObject({ revision: z.int(), endsAt: msUtc });
/** POST /api/mournings/:id/lift → mourning: ends it now, or calls it off before it began. Codes: revision_conflict, mourning_over 409. */
export const mourningLift = z.strictObject({ revision: z.int() });

const mourningStates = ['planned', 'current', 'over', 'lifted'] as const;
export const mourning = z.strictObject({
  id: uuid,
  unitId: uuid,
  unitName: z.string(),
  reason: z.string(),
  reference: z.string(),
  startsAt: msUtc,
  /** As it was set last, also of one that was lifted before. */
  endsAt: msUtc,
  state: z.enum(mourningStates),
  revision: z.int(),
  createdAt: msUtc,
  createdBy: person,
  liftedAt: msUtc.nullable(),
  liftedBy: person.nullable(),
  /** Ends that were set later, the first one first. */
  changes: z.array(z.strictObject({ at: msUtc, by: person, endsAt: msUtc })),
  /** Since when boards are being given its last change; null: each was given it, or waits for a player. */
  sendingSince: msUtc.nullable(),
});
export type Mourning = z.infer<typeof mourning>;
export const mourningsQuery = z.strictObject({
  /** Only those that are on or to come. */
  standing: z.stringbool().default(false),
});
/** GET /api/mournings: of units in sight and of those above them, the newest first, at most two hundred. */
export const mournings = z.strictObject({ mournings: z.array(mourning) });
export type MourningList = z.infer<typeof mournings>;

/** A notice that rests, on so many boards. */
const restingNotice = z.strictObject({ id: uuid, title: z.string(), boards: z.int() });
/** POST /api/mournings/preview {unitId}: what would rest if it began now. */
export const mourningPreviewRequest = mourningInput.pick({ unitId: true });
export const mourningPreview = z.strictObject({
  /** Boards of the unit and below. */
  boards: z.int(),
  /** Those of them that show something that would rest … */
  resting: z.int(),
  /** … of which these cannot be reached now, … */
  offline: z.int(),
  /** … and these have no player. */
  unpaired: z.int(),
  /** On most boards first. */
  notices: z.array(restingNotice),
});
export type MourningPreview = z.infer<typeof mourningPreview>;

/**
 * How far a board has come: `waiting`: its programme does not say so yet; `unpaired`: it has no player, and is told once it has;
 * `sent`: signed and on its way; `active`: it goes by it; `refused`: it did not take the programme.
 */
export const mourningBoardStates = ['refused', 'waiting', 'sent', 'unpaired', 'active'] as const;
export type MourningBoardState = (typeof mourningBoardStates)[number];
/** GET /api/mournings/:id. */
export const mourningDetail = z.strictObject({
  mourning,
  /** Others in sight, standing now, that boards of its unit or below go by as well within its times. */
  also: z.array(mourning.pick({ id: true, reason: true, unitName: true, startsAt: true, endsAt: true })),
  /** What rests; of one that was lifted, what no other keeps from boards. */
  notices: z.array(restingNotice),
  /** Those in sight that show something that entertains; none once its end has passed. */
  boards: z.array(
    z.strictObject({
      boardId: uuid,
      boardName: z.string(),
      unitName: z.string(),
      state: z.enum(mourningBoardStates),
      online: z.boolean(),
      lastSeenAt: msUtc.nullable(),
      errorCode: z.string().nullable(),
      /** How many of its notices are marked as entertainment. */
      notices: z.int(),
    }),
  ),
  /** Boards in sight that show nothing that entertains. */
  untouched: z.int(),
});
export type MourningDetail = z.infer<typeof mourningDetail>;
