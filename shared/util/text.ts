/** Text as people type and paste it, and as it is stored: both ends clean alike, so that a form refuses what the CMS would. */

/** What a word processor leaves in pasted text and nobody sees: control characters, soft hyphens, zero-width space, byte order mark. */
const invisible = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u200b\ufeff]/gu;

/** Of a text that is read by a machine, such as a PDF's: well-formed, without what nobody sees, which PostgreSQL may not take. */
export const visible = (text: string): string => text.toWellFormed().replace(invisible, '');

/**
 * One line of text as it is stored: NFC, well-formed, single spaces. PostgreSQL takes no NUL, so none may come through. NFC can
 * lengthen a text (U+0958 becomes two characters), so it is measured after this. Cleaning again changes nothing.
 */
export function cleanLine(text: string): string {
  // What is invisible goes first: with it gone, a letter and its mark may stand together and compose.
  return visible(text).normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** Paragraphs, one per line, as they are stored: each a clean line, empty ones left out. */
export function cleanParagraphs(text: string): string {
  return text
    .split(/\r\n|[\r\n\v\f\u0085\u2028\u2029]/u)
    .map(cleanLine)
    .filter((line) => line !== '')
    .join('\n');
}
