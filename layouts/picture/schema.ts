/** «Ảnh có lời»: one large picture and what it shows. */
import { z } from 'zod';
import { optionalText, picture, requiredText } from '../fields.ts';
import type { FieldMeta } from '../types.ts';

export const fits = ['whole', 'fill'] as const;

export const schema = z.strictObject({
  picture: picture(),
  caption: requiredText(160),
  credit: optionalText(60),
  fit: z.enum(fits).default('whole'),
});
export type PictureFields = z.infer<typeof schema>;

export const fields: readonly FieldMeta[] = [
  { key: 'picture', kind: 'image', required: true },
  { key: 'caption', kind: 'text', maxLength: 160, required: true },
  { key: 'credit', kind: 'text', maxLength: 60, required: false },
  { key: 'fit', kind: 'choice', options: fits, required: true },
];
