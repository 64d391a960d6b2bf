/** HTTP: documents that notices are made of. */
import { z } from 'zod';
import { msUtc, sha256Hex, uuid } from '../common.ts';

/** Most pages that become slides at a time. */
export const mostDocumentPages = 60;
/** Largest document, bytes. */
export const maxDocumentBytes = 100 * 1024 ** 2;
/** How long the file of a document that waits to be told its pages is kept, ms: 7 days. */
export const waitingDocumentMs = 7 * 86_400_000;

/** What was read from a document by its form; empty where it does not say. `body` has a paragraph on each line. */
export const documentFields = z.strictObject({
  title: z.string(),
  documentNumber: z.string(),
  /** dd/MM/yyyy */
  date: z.string(),
  issuingUnit: z.string(),
  signer: z.string(),
  body: z.string(),
});
export type DocumentFields = z.infer<typeof documentFields>;

/**
 * `no_text`: its pages are pictures, as a scanner makes them; `old_encoding`: its text is in an encoding from before Unicode, as TCVN3;
 * `title_cut`, `body_cut`: longer than a notice holds, and cut; `table`: it has a table,
 * whose rows are lines of `body`; `pictures`: a DOCX has pictures or charts, of which nothing was taken.
 */
export const documentNotes = ['no_text', 'old_encoding', 'title_cut', 'body_cut', 'table', 'pictures'] as const;
export type DocumentNote = (typeof documentNotes)[number];

/**
 * Documents arrive by tus 1.0 at /api/document-uploads (metadata: filename, unitId). When one is complete it has a row whose id is the
 * upload's id. GET /api/documents/:id → document. A PDF of more than `mostDocumentPages` is `tooLong` and waits for
 * POST /api/documents/:id/read {from, to} → document. GET /api/documents/:id/file: as it was sent (404 document_file_gone); it is kept as
 * long as a notice that was made of it, and `binMs` beyond. GET /api/document-uploads: what the asker began and did not end. DELETE /api/documents/:id (204) gives up one that is not ready, with all that was made.
 * error codes: file_empty, document_unrecognized, document_old_word, document_encrypted, document_damaged, document_macros,
 * document_unpacked_too_large, document_page_shape, document_pages_missing, document_too_slow, document_too_heavy, storage_full, upload_lost.
 */
export const document = z.strictObject({
  id: uuid,
  unitId: uuid,
  name: z.string(),
  /** Of the file as it was sent. */
  hash: sha256Hex,
  size: z.int(),
  kind: z.enum(['pdf', 'docx']).nullable(),
  state: z.enum(['reading', 'tooLong', 'ready', 'failed']),
  errorCode: z.string().nullable(),
  /** 0 to 1 while it is read. */
  progress: z.number().nullable(),
  pageCount: z.int().nullable(),
  fields: documentFields.nullable(),
  notes: z.array(z.enum(documentNotes)),
  /** Pictures of its pages, in order: files of the media library. `poster` is a small one. */
  pages: z.array(
    z.strictObject({
      number: z.int(),
      asset: sha256Hex,
      poster: sha256Hex,
      /** Height of most of its type, of the picture's height; null where it has no text, or was read by a release before. */
      letters: z.number().nullable(),
      /** How much of its height is not empty; null: read by a release before. */
      filled: z.number().nullable(),
    }),
  ),
  /** GET /api/documents/:id/file has it as it was sent. */
  original: z.boolean(),
  createdAt: msUtc,
});
export type Document = z.infer<typeof document>;

/** Both included, from 1. Codes: document_not_waiting 409, document_range_invalid (field to). */
export const documentRange = z.strictObject({ from: z.int().min(1), to: z.int().min(1) });
export type DocumentRange = z.infer<typeof documentRange>;
