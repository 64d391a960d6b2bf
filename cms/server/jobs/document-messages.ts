/** What the document child process and its parent say to each other. Both are ours and of one release: types, no schemas. */
import type { DocumentFields, DocumentNote } from '../../../shared/protocol/api/documents.ts';
import type { MediaResult } from './media-messages.ts';

export interface DocumentJob {
  /** The upload, absolute. */
  readonly source: string;
  /** For the pictures of pages: none yet, on the file system of the media. */
  readonly folder: string;
  /** Pages to read, from 1, both included; null: all. */
  readonly range: { readonly from: number; readonly to: number } | null;
  /** More pages than this are not read at once. */
  readonly mostPages: number;
}

export interface ReadDocument {
  readonly kind: 'pdf' | 'docx';
  /** Pages of the document; null where pages are not its own, as in a DOCX. */
  readonly pageCount: number | null;
  readonly fields: DocumentFields;
  readonly notes: readonly DocumentNote[];
  /** Those that were read, in order. */
  readonly pages: readonly ReadPage[];
}

export interface ReadPage {
  readonly number: number;
  readonly picture: MediaResult;
  /** Height of most of its type, of the picture's height; null: it has no text. */
  readonly letters: number | null;
  /** How much of its height is not empty. */
  readonly filled: number;
  /** Its text, as far as what is kept of the document reaches (`mostSaid`); empty: it has none that can be read. */
  readonly said: string;
}

/** `tooLong`: nothing was read; somebody says which pages. */
export type DocumentResult = ReadDocument | { readonly kind: 'tooLong'; readonly pageCount: number };
