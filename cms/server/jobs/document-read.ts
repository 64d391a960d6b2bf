/** From a file to what a notice can be made of: fields, text, pictures of pages. Runs in the document child process. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentFields, DocumentNote } from '../../../shared/protocol/api/documents.ts';
import { DocumentError } from './document-errors.ts';
import { readForm } from './document-form.ts';
import { linesOf, type DocumentLine } from './document-lines.ts';
import type { DocumentJob, DocumentResult } from './document-messages.ts';
import type { TextPiece } from './document-runs.ts';

type Report = (share: number) => void;

/** As the layout «Thông báo» holds them. */
const most = { title: 160, body: 4000 } as const;
/** Letters of the text of a document's pages that are kept for those who search. */
export const mostSaid = 20_000;
/** What Unicode Vietnamese cannot be written without, and what TCVN3 puts in its stead. */
const vietnamese = /[\u1ea0-\u1ef9ăđơưĂĐƠƯ]/u;
const oldLetters = /[®µ¸¶·¹¨©«¬­¾»¼½Æ¿ÑÖ§]/gu;

/** @throws DocumentError */
export async function readDocument(job: DocumentJob, report: Report): Promise<DocumentResult> {
  const data = await readFile(job.source);
  if (data.length === 0) throw new DocumentError('file_empty', 'The file is empty');
  const head = data.subarray(0, 1024).toString('latin1');
  if (head.includes('%PDF-')) return readPdf(data, job, report);
  if (head.startsWith('PK\x03\x04')) return readWord(data);
  if (head.startsWith('\xd0\xcf\x11\xe0'))
    throw new DocumentError('document_old_word', 'This is a .doc of an old Word, or a DOCX with a password');
  throw new DocumentError('document_unrecognized', 'This is neither a PDF nor a DOCX');
}

async function readPdf(
  data: Buffer,
  { folder, range, mostPages }: DocumentJob,
  report: Report,
): Promise<DocumentResult> {
  const { drawPage, openPdf, textOf } = await import('./document-pdf.ts');
  const pdf = await openPdf(new Uint8Array(data));
  const pageCount = pdf.numPages;
  if (range === null && pageCount > mostPages) return { kind: 'tooLong', pageCount };
  const { from, to } = range ?? { from: 1, to: pageCount };
  if (to > pageCount) throw new DocumentError('document_pages_missing', `It has ${pageCount} pages`);
  const texts: TextPiece[][] = [];
  const pages = [];
  for (let number = from; number <= to; number++) {
    const page = await pdf.getPage(number).catch((cause: unknown) => {
      throw new DocumentError('document_damaged', `Page ${number} cannot be read`, { cause });
    });
    const text = await textOf(page);
    texts.push(text);
    pages.push({ number, ...(await drawPage(pdf, page, text, join(folder, String(number)))) });
    report(pages.length / (to - from + 1));
  }
  const letters = texts
    .flat()
    .map(({ text }) => text)
    .join('');
  const said = isReadable(letters) ? saidBy(texts) : [];
  return {
    kind: 'pdf',
    pageCount,
    ...offered(linesOf(texts), letters),
    pages: pages.map((page, at) => ({ ...page, said: said[at] ?? '' })),
  };
}

/** The text of each page, from the first on until there is enough. */
function saidBy(texts: readonly TextPiece[][]): string[] {
  let left = mostSaid;
  return texts.map((text) => {
    const said = linesOf([text])
      .map((line) => line.text)
      .join('\n')
      .slice(0, left)
      // Cut in the middle of a letter of two.
      .toWellFormed();
    left -= said.length;
    return said;
  });
}

async function readWord(data: Buffer): Promise<DocumentResult> {
  const { readDocx } = await import('./document-docx.ts');
  const { lines, hasPictures } = await readDocx(data);
  const { fields, notes } = offered(lines, lines.map(({ text }) => text).join(''));
  const pictures: DocumentNote[] = hasPictures ? ['pictures'] : [];
  // One that is all pictures was scanned, and says so by them: it has no pages to speak of.
  return {
    kind: 'docx',
    pageCount: null,
    fields,
    notes: [...notes.filter((note) => note !== 'no_text' || !hasPictures), ...pictures],
    pages: [],
  };
}

const nothing: DocumentFields = { title: '', documentNumber: '', date: '', issuingUnit: '', signer: '', body: '' };

/** What of the fields is worth offering, and what there is to say about them. @param text all letters of the document */
function offered(lines: readonly DocumentLine[], text: string): { fields: DocumentFields; notes: DocumentNote[] } {
  if (!hasText(text)) return { fields: nothing, notes: ['no_text'] };
  if (isOldEncoding(text)) return { fields: nothing, notes: ['old_encoding'] };
  const fields = readForm(lines);
  const title = cutAt(fields.title, most.title, ' ');
  const body = cutAt(fields.body, most.body, '\n');
  const notes: DocumentNote[] = [];
  if (title !== fields.title) notes.push('title_cut');
  if (body !== fields.body) notes.push('body_cut');
  if (lines.some(({ row }) => row)) notes.push('table');
  return { fields: { ...fields, title, body }, notes };
}

const hasText = (text: string): boolean => /\p{L}{2}/u.test(text);
const isReadable = (text: string): boolean => hasText(text) && !isOldEncoding(text);

const isOldEncoding = (text: string): boolean =>
  !vietnamese.test(text) && (text.match(oldLetters)?.length ?? 0) > text.length * 0.03;

/** As much of a text as fits, up to a word or a paragraph. */
function cutAt(text: string, length: number, mark: string): string {
  if (text.length <= length) return text;
  const end = text.lastIndexOf(mark, length);
  return text.slice(0, end > length / 2 ? end : length).trimEnd();
}
