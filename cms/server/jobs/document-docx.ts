/** The text of a DOCX with what its form shows of it: what stands in the middle, what in the two columns of head and foot. No macro is run. */
import mammoth from 'mammoth';
import { DocumentError } from './document-errors.ts';
import type { DocumentLine } from './document-lines.ts';
import { zipEntries, type ZipEntry } from './document-zip.ts';

/** Most bytes that it may have unpacked, and most files. */
const mostUnpacked = 64 * 1024 ** 2;
const mostEntries = 2000;

/** What mammoth reads a document into; only what is used here. */
interface Node {
  readonly type: string;
  readonly children?: readonly Node[];
  readonly value?: string;
  readonly alignment?: string | null;
  readonly numbering?: object | null;
}

/** Charts and diagrams are files of their own, which nobody reads. */
const drawn = /^word\/(charts|diagrams)\//iu;

export interface Docx {
  readonly lines: readonly DocumentLine[];
  /** There are pictures, charts or diagrams beside the text. */
  readonly hasPictures: boolean;
}

/** @throws DocumentError `document_unrecognized`, `document_macros`, `document_unpacked_too_large`, `document_damaged` */
export async function readDocx(data: Buffer): Promise<Docx> {
  const entries = plainEntries(data);
  let lines: DocumentLine[] = [];
  let hasPictures = entries.some(({ name }) => drawn.test(name));
  try {
    await mammoth.convertToHtml(
      { buffer: data },
      {
        externalFileAccess: false,
        transformDocument: (element: Node) => {
          lines = linesIn(element, null);
          hasPictures ||= hasPicture(element);
          // Nothing is to be written as HTML.
          return { ...element, children: [] };
        },
      },
    );
  } catch (cause) {
    throw new DocumentError('document_damaged', 'This DOCX cannot be read', { cause });
  }
  return { lines, hasPictures };
}

const hasPicture = ({ type, children = [] }: Node): boolean => type === 'image' || children.some(hasPicture);

/** What is in the archive, once it is known to be a plain document. */
function plainEntries(data: Buffer): readonly ZipEntry[] {
  const entries = zipEntries(data);
  if (entries === null) throw new DocumentError('document_damaged', 'This archive has no directory');
  const has = (pattern: RegExp): boolean => entries.some(({ name }) => pattern.test(name));
  if (!has(/^word\/document\d*\.xml$/iu)) throw new DocumentError('document_unrecognized', 'This archive is no DOCX');
  if (has(/(^|\/)(vbaProject\.bin|vbaData\.xml)$/iu))
    throw new DocumentError('document_macros', 'This document carries macros');
  if (entries.length > mostEntries || entries.reduce((sum, { size }) => sum + size, 0) > mostUnpacked)
    throw new DocumentError('document_unpacked_too_large', 'This document is too large when it is unpacked');
  return entries;
}

function linesIn(node: Node, column: 'left' | 'right' | null): DocumentLine[] {
  if (node.type === 'paragraph') return linesOfParagraph(node, column);
  if (node.type === 'tableRow') return linesOfRow(node);
  return (node.children ?? []).flatMap((child) => linesIn(child, column));
}

/** Head and foot are tables of two columns; a wider row is one of a table, and one line. */
function linesOfRow({ children: cells = [] }: Node): DocumentLine[] {
  if (cells.length <= 2)
    return cells.flatMap((cell, at) => linesIn(cell, cells.length === 1 ? null : at === 0 ? 'left' : 'right'));
  const text = cells
    .map((cell) =>
      linesIn(cell, null)
        .map((line) => line.text)
        .join(' '),
    )
    .filter((cell) => cell !== '');
  return text.length === 0 ? [] : [{ text: text.join(' – '), place: 'full', first: true, row: true }];
}

function linesOfParagraph(node: Node, column: 'left' | 'right' | null): DocumentLine[] {
  const place = column ?? (node.alignment === 'center' ? 'center' : node.alignment === 'right' ? 'right' : 'full');
  const texts = textOf(node)
    .normalize('NFC')
    .split('\n')
    .map((line) => line.replace(/\s+/gu, ' ').trim());
  return texts.flatMap((text, at) =>
    text === '' ? [] : [{ text: at === 0 && node.numbering ? `- ${text}` : text, place, first: true }],
  );
}

function textOf({ type, value, children = [] }: Node): string {
  if (type === 'text') return value ?? '';
  if (type === 'tab') return ' ';
  if (type === 'break') return '\n';
  return children.map(textOf).join('');
}
