/** «Áp phích»: an event or a campaign, drawn for upright boards first: a large title, when and where. */
import { z } from 'zod';
import { optionalText, picture, requiredText } from '../fields.ts';
import type { FieldMeta } from '../types.ts';

export const tones = ['red', 'green', 'blue'] as const;

export const schema = z.strictObject({
  kicker: optionalText(60),
  title: requiredText(80),
  lead: optionalText(160),
  when: optionalText(80),
  where: optionalText(120),
  organizer: optionalText(120),
  picture: picture().nullable().default(null),
  tone: z.enum(tones).default('red'),
});
export type PosterFields = z.infer<typeof schema>;

export const fields: readonly FieldMeta[] = [
  { key: 'kicker', kind: 'text', maxLength: 60, required: false },
  { key: 'title', kind: 'text', maxLength: 80, required: true },
  { key: 'lead', kind: 'text', maxLength: 160, required: false },
  { key: 'when', kind: 'text', maxLength: 80, required: false },
  { key: 'where', kind: 'text', maxLength: 120, required: false },
  { key: 'organizer', kind: 'text', maxLength: 120, required: false },
  { key: 'picture', kind: 'image', required: false },
  { key: 'tone', kind: 'choice', options: tones, required: true },
];
