/** «Lịch, bảng trực»: a timetable or duty roster; the row of today stands out. */
import { z } from 'zod';
import { optionalText, requiredText, table } from '../fields.ts';
import type { FieldMeta } from '../types.ts';

/** A row of names and a month of days. */
const limits = { maxRows: 32, maxColumns: 5, maxLength: 80 };

export const schema = z.strictObject({
  title: requiredText(100),
  /** The first row names the columns. */
  table: table(limits).refine((rows) => rows.length > 1, {
    error: 'A timetable needs a row of names and at least one row below it',
    params: { reason: 'rows_missing' },
  }),
  note: optionalText(160),
});
export type TimetableFields = z.infer<typeof schema>;

export const fields: readonly FieldMeta[] = [
  { key: 'title', kind: 'text', maxLength: 100, required: true },
  { key: 'table', kind: 'table', ...limits, required: true },
  { key: 'note', kind: 'text', maxLength: 160, required: false },
];
