/**
 * HTTP: the organisation tree and its history. A unit is a UUID; code, name, level and parent hold from one day on until they change.
 * Days are days in Viet Nam («2026-12-01»), instants ms UTC.
 */
import { z } from 'zod';
import { msUtc, optionalLine, requiredLine, uuid } from '../common.ts';

export const unitLevel = z.enum(['province', 'district', 'commune', 'village', 'body']);
export type UnitLevel = z.infer<typeof unitLevel>;

/** GET /api/units?on=day → those in sight: as true now, or as they were or will be at the beginning of that day. */
export const unit = z.strictObject({
  id: uuid,
  code: z.string(),
  name: z.string(),
  level: unitLevel,
  /** Of a merged unit the one that took its place. */
  parentId: uuid.nullable(),
  /** It has ended; its boards, content and people are still found under it, below the unit that took its place. */
  mergedInto: uuid.nullable(),
});
export const units = z.strictObject({ units: z.array(unit) });
export type Unit = z.infer<typeof unit>;

/** «2026-12-01» */
export const day = z.iso.date().refine((text) => text >= '1900-01-01' && text < '2200-01-01');
export const unitsQuery = z.strictObject({ on: day.optional() });

const code = requiredLine(20);
const name = requiredLine(200);
/** Today or later; an earlier day corrects what was recorded, which takes a reason. Codes `unit_reason_needed`, `unit_not_valid`. */
export const since = { from: day, reason: optionalLine(500).optional() };

/**
 * POST /api/units → unitDetail. One that no register numbers (a village, a body) is given a code where none is named. Without a parent
 * it is a province, of which the administrators of all others are administrators too; only they add one. Codes `unit_code_invalid`,
 * `unit_code_taken` 409, `unit_parent_unknown`, `unit_parent_level`, `unit_parent_not_valid`.
 */
export const unitInput = z.strictObject({
  code: code.optional(),
  name,
  level: unitLevel,
  parentId: uuid.nullable(),
  ...since,
});
export type UnitInput = z.infer<typeof unitInput>;

/**
 * POST /api/units/:id/changes → unitDetail: renames, moves, or both. What is planned for later stays planned. Codes as above and
 * `unit_unknown` 404, `unit_parent_cycle`.
 */
export const unitChange = z.strictObject({
  code: code.optional(),
  name: name.optional(),
  level: unitLevel.optional(),
  parentId: uuid.optional(),
  ...since,
});
export type UnitChange = z.infer<typeof unitChange>;

/**
 * POST /api/units/:id/merge → unitDetail: it ends on that day, and another takes its place. Codes `unit_merge_self`,
 * `unit_merge_below`, `unit_merge_level`, `unit_change_planned` 409.
 */
export const unitMerge = z.strictObject({ intoId: uuid, ...since });
export type UnitMerge = z.infer<typeof unitMerge>;

/** POST /api/units/:id/cancel → unitDetail, or null when the unit itself was planned. Takes back what is to change then, or changed today. Codes `unit_change_begun` 409, `unit_change_unknown` 404. */
export const unitCancel = z.strictObject({ at: msUtc });

const named = z.strictObject({ id: uuid, name: z.string() });
const namedAt = z.strictObject({ ...named.shape, at: msUtc });

/** GET /api/units/:id */
export const unitDetail = z.strictObject({
  unit,
  state: z.enum(['planned', 'current', 'former']),
  /** From the root to the unit above it. */
  path: z.array(named),
  /** The oldest first; what is planned is among it. */
  history: z.array(
    z.strictObject({
      code: z.string(),
      name: z.string(),
      level: unitLevel,
      parentId: uuid.nullable(),
      parentName: z.string().nullable(),
      validFrom: msUtc,
      validTo: msUtc.nullable(),
    }),
  ),
  /** Also when that is only planned. */
  mergedInto: namedAt.nullable(),
  /** Units whose place it took. */
  absorbed: z.array(namedAt),
  /** Directly below it now, and all below it. */
  children: z.int(),
  below: z.int(),
  /** Belonging to the unit itself. */
  boards: z.int(),
  people: z.int(),
  mayEdit: z.boolean(),
});
export type UnitDetail = z.infer<typeof unitDetail>;
export const unitCancelled = z.strictObject({ detail: unitDetail.nullable() });
