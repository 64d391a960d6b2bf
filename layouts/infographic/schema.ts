/** «Infographic số liệu»: one to six figures that can be read from across the street. */
import { z } from 'zod';
import { optionalText, requiredText } from '../fields.ts';
import type { FieldMeta } from '../types.ts';

const infographicRow = z.strictObject({
  /** As it is written: «1.250», «98,5», «24/7». */
  value: requiredText(12),
  unit: optionalText(16),
  label: requiredText(60),
});

export const schema = z.strictObject({
  title: requiredText(100),
  rows: z.array(infographicRow).min(1).max(6),
  source: optionalText(120),
});
export type InfographicFields = z.infer<typeof schema>;

export const fields: readonly FieldMeta[] = [
  { key: 'title', kind: 'text', maxLength: 100, required: true },
  {
    key: 'rows',
    kind: 'rows',
    required: true,
    minRows: 1,
    maxRows: 6,
    columns: [
      { key: 'value', kind: 'text', maxLength: 12, required: true },
      { key: 'unit', kind: 'text', maxLength: 16, required: false },
      { key: 'label', kind: 'text', maxLength: 60, required: true },
    ],
  },
  { key: 'source', kind: 'text', maxLength: 120, required: false },
];
