/** HTTP: templates of alerts. What is not known beforehand stands in square brackets («[tên xã]») and has to be filled in before raising. */
import { z } from 'zod';
import { optionalParagraphs, requiredLine, uuid } from '../common.ts';
import { disasterLevel, type TakeoverContent } from '../takeover.ts';
import { takeoverRequest } from './takeovers.ts';

export const takeoverTemplate = z.strictObject({
  id: uuid,
  /** What happens, such as «Lũ quét»; also what the template is called. */
  event: requiredLine(100),
  /** Suggested; whoever raises it decides. */
  level: disasterLevel,
  headline: requiredLine(200),
  instruction: optionalParagraphs(2000),
  durationMs: takeoverRequest.shape.durationMs,
});
export type TakeoverTemplate = z.infer<typeof takeoverTemplate>;

/**
 * GET /api/takeover-templates, for who may raise an alert somewhere; PUT with the `revision` it began from, for who may everywhere
 * (409 revision_conflict).
 */
export const takeoverTemplates = z.strictObject({
  revision: z.int().min(0),
  templates: z
    .array(takeoverTemplate)
    .max(50)
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, { error: 'An id twice' }),
});
export type TakeoverTemplates = z.infer<typeof takeoverTemplates>;

/** The placeholders that stand in the text, and in which field. */
export function placeholdersIn(
  content: Pick<TakeoverContent, 'event' | 'headline' | 'instruction' | 'senderName'>,
): { field: 'event' | 'headline' | 'instruction' | 'senderName'; text: string }[] {
  return (['event', 'headline', 'instruction', 'senderName'] as const).flatMap((field) =>
    [...content[field].matchAll(/\[[^[\]]*\]/g)].map(([text]) => ({ field, text })),
  );
}
