/**
 * HTTP: obligations, an upper unit's notices that boards below must show. What is sent, changed or ended reaches the boards at once,
 * without anybody there publishing. Codes: as schedule entries; `obligation_own` 403 where a sender would accept what it sent,
 * `obligation_without_boards` 409 where a unit accepts that has no board to show it on;
 * `obligation_notice_too_long` (field noticeId) and `obligation_rate_impossible` (field perHour, params.most) where no hour is sure to hold it.
 */
import { z } from 'zod';
import { chosenId, msUtc, requiredLine, uuid } from '../common.ts';
import { obligationPart } from '../programme.ts';
import { categoryKey } from './categories.ts';
import { pageRows, targets } from './content.ts';
import { play, playsCursor } from './proof.ts';

const { perHour, cron, durationMs: openMs, validFrom, validTo } = obligationPart.shape;
const fields = { unitId: uuid, noticeId: uuid, perHour, cron, durationMs: openMs, validFrom, validTo, targets };

/** POST /api/obligations → obligation; PUT /api/obligations/:id {…, revision} → obligation (409 revision_conflict, obligation_ended). */
export const obligationInput = z.strictObject(fields);
export const obligationCreate = obligationInput.extend(chosenId);
export const obligationEdit = z.strictObject({ ...fields, revision: z.int() });
export type ObligationInput = z.infer<typeof obligationInput>;
export type ObligationCreate = z.infer<typeof obligationCreate>;

/** POST /api/obligations/:id/end {revision, reason} → obligation: boards play it no more; what was shown stays on record. */
export const obligationEnd = z.strictObject({ revision: z.int(), reason: requiredLine(500) });

export const obligation = z.strictObject({
  id: uuid,
  ...fields,
  unitName: z.string(),
  noticeTitle: z.string(),
  category: categoryKey,
  revision: z.int(),
  createdAt: msUtc,
  updatedAt: msUtc,
  endedAt: msUtc.nullable(),
  endReason: z.string().nullable(),
  /** Boards are still being given its last change. */
  sending: z.boolean(),
  /** Units with boards that receive it (communes, and units that answer for a board outside of them), and how many of them have … */
  receivers: z.int(),
  received: z.int(),
  accepted: z.int(),
  /** Receiving units that have no board yet: nothing is asked of them. */
  withoutBoards: z.int(),
  /** Boards that have to show it. */
  boards: z.int(),
  /** How many of them are asked for more than an hour holds, together with what else they are obliged to; not told in lists. */
  crowded: z.int().optional(),
});
export type Obligation = z.infer<typeof obligation>;

/** GET /api/obligations?state=&cursor=: what units in sight have sent, the newest edit first. GET /api/obligations/:id. */
export const obligationsQuery = z.strictObject({
  state: z.enum(['current', 'ended']).default('current'),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(pageRows),
});
export const obligations = z.strictObject({
  obligations: z.array(obligation),
  next: z.string().nullable(),
  total: z.int(),
});
export type ObligationsQuery = z.infer<typeof obligationsQuery>;
export type ObligationList = z.infer<typeof obligations>;

/** What a unit receives, in the order in which it is shown where several are due at once. */
const receivedObligation = z.strictObject({
  id: uuid,
  /** Who sent it. */
  unitId: uuid,
  unitName: z.string(),
  noticeId: uuid,
  noticeTitle: z.string(),
  category: categoryKey,
  perHour,
  cron,
  durationMs: openMs,
  validFrom,
  validTo,
  sentAt: msUtc,
  receivedAt: msUtc.nullable(),
  acceptedAt: msUtc.nullable(),
  /** Who accepted it; '' when the person is gone. */
  acceptedBy: z.string().nullable(),
  /** Whether this person may accept it: not what they, or their own unit, sent, and not while the unit has no board for it. */
  mayAccept: z.boolean(),
  boards: z.int(),
});
export type ReceivedObligation = z.infer<typeof receivedObligation>;
/**
 * GET /api/obligation-receipts?unitId= → what the unit receives. A unit below a commune is answered for by the commune.
 * POST /api/obligation-receipts/received {unitId, ids}: somebody there has them in sight → 204.
 * POST /api/obligation-receipts/accept {unitId, id} → as GET.
 * PUT /api/obligation-receipts/order {unitId, ids}: all that the unit receives, in its order → as GET (409 obligations_changed).
 */
export const receiptsQuery = z.strictObject({ unitId: uuid });
export const receivedNote = z.strictObject({ unitId: uuid, ids: z.array(uuid).max(500) });
export const acceptance = z.strictObject({ unitId: uuid, id: uuid });
export const receiptsOrder = z.strictObject({ unitId: uuid, ids: z.array(uuid).max(500) });
export const receipts = z.strictObject({
  unitId: uuid,
  unitName: z.string(),
  obligations: z.array(receivedObligation),
});
export type Receipts = z.infer<typeof receipts>;

/** Longest period of a matrix. */
const matrixDays = 7;
/** Items of a matrix. */
export const matrixItems = 20;
const period = { from: z.coerce.number().pipe(msUtc), to: z.coerce.number().pipe(msUtc) };
const withinDays = ({ from, to }: { from: number; to: number }): boolean => to - from <= matrixDays * 86_400_000;
const tooLong = { path: ['to'], message: `More than ${matrixDays} days` };

/**
 * GET /api/obligations/matrix?unitId=&from=&to=&ids=: items × receiving units of the unit and below. Only hours that are over by now
 * are counted. `ids` (a,b,c): these items; else the newest that asked for anything in [from, to).
 */
export const matrixQuery = z
  .strictObject({
    unitId: uuid,
    ...period,
    ids: z
      .string()
      .max(1000)
      .transform((text) => text.split(',').filter((id) => id !== ''))
      .pipe(z.array(uuid).max(matrixItems))
      .optional(),
  })
  .refine(withinDays, tooLong);
const matrixCell = z.strictObject({
  receivedAt: msUtc.nullable(),
  acceptedAt: msUtc.nullable(),
  /** The sender's own boards: nobody has to accept. */
  own: z.boolean(),
  boards: z.int(),
  /** First counted play on any of its boards, whenever that was. */
  firstShownAt: msUtc.nullable(),
  /** Plays that were asked for in the period; of each hour at most that many are `met`. required = met + missing + unknown. */
  required: z.int(),
  met: z.int(),
  missing: z.int(),
  /** In hours of which a board's records say nothing. */
  unknown: z.int(),
  /** Of those missing, as many as are so in hours in which the source of a board's content was cut. */
  cut: z.int(),
  /** Hours of boards that asked for nothing, because by their hours the screens were off. */
  darkHours: z.int(),
  /** All counted plays, also more than were asked for. */
  shown: z.int(),
});
export type MatrixCell = z.infer<typeof matrixCell>;
export const obligationMatrix = z.strictObject({
  /** The end of what is counted, ms UTC. */
  until: msUtc,
  items: z.array(obligation.pick({ id: true, noticeTitle: true, unitName: true, perHour: true, endedAt: true })),
  rows: z.array(
    z.strictObject({
      unitId: uuid,
      unitName: z.string(),
      /** One an item; null: it is not for this unit. */
      cells: z.array(matrixCell.nullable()),
    }),
  ),
  /** There are items that the matrix leaves out. */
  moreItems: z.boolean(),
});
export type ObligationMatrix = z.infer<typeof obligationMatrix>;

/** GET /api/obligations/:id/plays?unitId=&from=&to=&cursor=: each play of it on boards of the unit, the newest first. */
export const obligationPlaysQuery = z
  .strictObject({
    unitId: uuid,
    ...period,
    cursor: playsCursor.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(pageRows),
  })
  .refine(withinDays, tooLong);
const obligationPlay = play
  .pick({
    journalId: true,
    seq: true,
    boardId: true,
    startAt: true,
    paintedMs: true,
    outcome: true,
    host: true,
    clock: true,
    notCounted: true,
  })
  .extend({ boardName: z.string() });
export type ObligationPlay = z.infer<typeof obligationPlay>;
export const obligationPlays = z.strictObject({ plays: z.array(obligationPlay), next: z.string().nullable() });
