/** The notices that can be made of a document: its pages, and its text in the layout «Thông báo». */
import type { Document, DocumentFields } from '../../../../../shared/protocol/api/documents.ts';
import type { NoticeContent } from '../../../../../shared/protocol/programme.ts';

/** The pages first, where there are any; what could not be read is empty. */
export function contentsOf({ fields, pages }: Document, pageName: (n: number) => string): NoticeContent[] {
  const { body, ...facts } = fields ?? nothing;
  const text: NoticeContent = { type: 'layout', layout: 'notice', fields: { ...facts, body } };
  if (pages.length === 0) return [text];
  const shown = pages.map(({ number, asset }) => ({ asset, alt: pageName(number) }));
  return [{ type: 'layout', layout: 'document', fields: { ...facts, pages: shown, view: 'whole' } }, text];
}

const nothing: DocumentFields = { title: '', documentNumber: '', date: '', issuingUnit: '', signer: '', body: '' };
