/** HTTP: the organisation tree. */
import { z } from 'zod';
import { uuid } from '../common.ts';

export const unitLevel = z.enum(['province', 'district', 'commune', 'village', 'body']);
export type UnitLevel = z.infer<typeof unitLevel>;

/** GET /api/units: those in sight, as true now. */
export const unit = z.strictObject({
  id: uuid,
  code: z.string(),
  name: z.string(),
  level: unitLevel,
  parentId: uuid.nullable(),
});
export const units = z.strictObject({ units: z.array(unit) });
export type Unit = z.infer<typeof unit>;
