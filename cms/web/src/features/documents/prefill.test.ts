import { expect, test } from 'vitest';
import { layouts } from '../../../../../layouts/schemas.ts';
import type { Document } from '../../../../../shared/protocol/api/documents.ts';
import { contentsOf } from './prefill.ts';

const facts = {
  title: 'Họp dân',
  documentNumber: '48/TB-UBND',
  date: '05/06/2026',
  issuingUnit: 'Ủy ban nhân dân xã Bình An',
  signer: '',
};
const asset = 'a'.repeat(64);
const read = {
  fields: { ...facts, body: 'Nội dung' },
  pages: [{ number: 3, asset, poster: asset }],
} as unknown as Document;
const name = (n: number): string => `Trang ${n}`;

test('a PDF is offered as its pages, and as its text', () => {
  const contents = contentsOf(read, name);
  expect(contents).toMatchObject([
    { layout: 'document', fields: { ...facts, pages: [{ asset, alt: 'Trang 3' }] } },
    { layout: 'notice', fields: { ...facts, body: 'Nội dung' } },
  ]);
  for (const content of contents) {
    const { layout, fields } = content as { layout: 'document' | 'notice'; fields: unknown };
    expect(layouts[layout].schema.safeParse(fields).error).toBeUndefined();
  }
});

test('a DOCX is offered as its text alone', () => {
  expect(contentsOf({ ...read, pages: [] }, name)).toMatchObject([{ layout: 'notice' }]);
});
