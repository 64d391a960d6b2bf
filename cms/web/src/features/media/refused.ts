/** Files that are no media whatever they are called: known by their first bytes, before they are sent. The CMS looks at all others. */
import { ApiError } from '../../lib/api.ts';

const headBytes = 512;

/** Programs, archives and Office documents, PDF: none of them begins a picture or a video. */
const others: readonly RegExp[] = [
  /^MZ/,
  /^\x7fELF/,
  /^PK[\x03\x05\x07]/,
  /^Rar!/,
  /^7z\xbc\xaf/,
  /^\x1f\x8b/,
  /^\xd0\xcf\x11\xe0/,
  /^%PDF/,
];
/** Nothing but letters: a text, a table, a script. Every picture and video has other bytes at its beginning. */
const text = /^[^\0-\x08\x0e-\x1f]+$/;
/** Texts that may be a drawing, of which the CMS says better why it takes none. */
const drawing = /^(?:\xef\xbb\xbf)?\s*<(?!!doctype html|html)/i;

/** @returns why the CMS would refuse it as `file_unrecognized`, or null */
export async function refusedMedia(file: File): Promise<ApiError | null> {
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, headBytes).arrayBuffer()));
  if (!others.some((begin) => begin.test(head)) && (!text.test(head) || drawing.test(head))) return null;
  return new ApiError('file_unrecognized', 'This file is neither a picture nor a video');
}
