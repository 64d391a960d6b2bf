/** «Trang tài liệu»: the pages of an official document in turn, and what it is about for those who stand too far to read them. */
import { z } from 'zod';
import { optionalDate, optionalText, picture, requiredText } from '../fields.ts';
import type { FieldMeta } from '../types.ts';

/** `whole`: each page at once; `parts`: as wide as the glass, a page in as many parts as that takes. */
export const views = ['whole', 'parts'] as const;
const maxPages = 60;

export const schema = z.strictObject({
  title: requiredText(160),
  pages: z.array(picture()).min(1).max(maxPages),
  view: z.enum(views).default('whole'),
  documentNumber: optionalText(40),
  date: optionalDate(),
  issuingUnit: optionalText(120),
  signer: optionalText(120),
});
export type DocumentFields = z.infer<typeof schema>;

export const fields: readonly FieldMeta[] = [
  { key: 'title', kind: 'text', maxLength: 160, required: true },
  { key: 'pages', kind: 'pages', required: true },
  { key: 'view', kind: 'choice', options: views, required: true },
  { key: 'documentNumber', kind: 'text', maxLength: 40, required: false },
  { key: 'date', kind: 'text', format: 'date', maxLength: 10, required: false },
  { key: 'issuingUnit', kind: 'text', maxLength: 120, required: false },
  { key: 'signer', kind: 'text', maxLength: 120, required: false },
];

/** How long a page is on, ms: nobody reads all of it from the street; who has found it takes a picture of it. */
const pageMs = { whole: 15_000, parts: 30_000 } as const;

/** How long the pages take in turn, ms. */
export const slotMs = ({ pages, view }: Pick<DocumentFields, 'pages' | 'view'>): number => pages.length * pageMs[view];
