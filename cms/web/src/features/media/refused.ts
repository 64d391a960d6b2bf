/** Files that are no media whatever they are called: known by their first bytes, before they are sent. The CMS looks at all others. */
import { ApiError } from '../../lib/api.ts';

const headBytes = 512;

/** Programs, archives and Office documents, documents, scripts and pages; none of them begins a picture or a video. */
const others: readonly RegExp[] = [
  /^MZ/,
  /^\x7fELF/,
  /^PK[\x03\x05\x07]/,
  /^Rar!/,
  /^7z\xbc\xaf/,
  /^\x1f\x8b/,
  /^\xd0\xcf\x11\xe0/,
  /^%PDF/,
  /^#!/,
  /^\{\\rtf/,
  /^\s*<(?:!doctype html|html)/i,
];
/** Names of programs and texts, which have no first bytes of their own. */
const otherNames = /\.(?:exe|msi|bat|cmd|ps1|apk|dll|txt|csv|json|xml|html?|js|docx?|xlsx?|pptx?|pdf|zip|rar|7z)$/i;

/** @returns why the CMS would refuse it as `file_unrecognized`, or null */
export async function refusedMedia(file: File): Promise<ApiError | null> {
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, headBytes).arrayBuffer()));
  if (!otherNames.test(file.name) && !others.some((begin) => begin.test(head))) return null;
  return new ApiError('file_unrecognized', 'This file is neither a picture nor a video');
}
