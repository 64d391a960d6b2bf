/** «Thông báo»: an official notice as communes issue it. Only title and body are required. */
import { z } from 'zod';
import { optionalDate, optionalText, requiredParagraphs, requiredText } from '../fields.ts';
import type { FieldMeta } from '../types.ts';

export const schema = z.strictObject({
  title: requiredText(160),
  /** Each line is a paragraph; a line that begins with «-», «+» or «•» is a list item. */
  body: requiredParagraphs(4000),
  documentNumber: optionalText(40),
  date: optionalDate(),
  issuingUnit: optionalText(120),
  signer: optionalText(120),
});
export type NoticeFields = z.infer<typeof schema>;

export const fields: readonly FieldMeta[] = [
  { key: 'title', kind: 'text', maxLength: 160, required: true },
  { key: 'body', kind: 'longText', maxLength: 4000, required: true },
  { key: 'documentNumber', kind: 'text', maxLength: 40, required: false },
  { key: 'date', kind: 'text', format: 'date', maxLength: 10, required: false },
  { key: 'issuingUnit', kind: 'text', maxLength: 120, required: false },
  { key: 'signer', kind: 'text', maxLength: 120, required: false },
];
