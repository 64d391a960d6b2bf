/** «Đồng hồ – lịch»: the time, the date by sun and by moon, and whose board it is. */
import { z } from 'zod';
import { optionalText } from '../fields.ts';
import type { FieldMeta } from '../types.ts';

export const schema = z.strictObject({
  /** Empty: the unit that the board belongs to. */
  unitName: optionalText(120),
  /** A line of welcome or wishes. */
  message: optionalText(120),
});
export type ClockFields = z.infer<typeof schema>;

export const fields: readonly FieldMeta[] = [
  { key: 'unitName', kind: 'text', maxLength: 120, required: false },
  { key: 'message', kind: 'text', maxLength: 120, required: false },
];
