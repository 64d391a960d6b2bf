/** «Tin khẩn»: one sentence that is read in passing, within three seconds. */
import { z } from 'zod';
import { optionalParagraphs, optionalText, requiredText } from '../fields.ts';
import { countWords } from '../../shared/protocol/reading-time.ts';
import type { FieldMeta } from '../types.ts';

/** Words (syllables) that somebody who walks by reads in three seconds: four a second of a short sentence in huge type. Our own choice. */
const MOST_WORDS = 12;

export const kinds = ['urgent', 'warning', 'search'] as const;

export const schema = z.strictObject({
  kind: z.enum(kinds).default('urgent'),
  headline: requiredText(70).refine((text) => countWords(text) <= MOST_WORDS, {
    error: `At most ${MOST_WORDS} words, so that it can be read in three seconds`,
    params: { reason: 'too_many_words', max: MOST_WORDS },
  }),
  details: optionalParagraphs(500),
  contact: optionalText(60),
  issuingUnit: optionalText(120),
});
export type UrgentFields = z.infer<typeof schema>;

export const fields: readonly FieldMeta[] = [
  { key: 'kind', kind: 'choice', options: kinds, required: true },
  { key: 'headline', kind: 'text', maxLength: 70, required: true },
  { key: 'details', kind: 'longText', maxLength: 500, required: false },
  { key: 'contact', kind: 'text', maxLength: 60, required: false },
  { key: 'issuingUnit', kind: 'text', maxLength: 120, required: false },
];
