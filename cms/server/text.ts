/** What a word processor leaves in pasted text and nobody sees: control characters, soft hyphens, zero-width space, byte order mark. */
const invisible = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u200b\ufeff]/gu;

/** One line of text as it is stored: NFC, well-formed, single spaces. PostgreSQL takes no NUL, so none may come through. */
export function cleanLine(text: string): string {
  return text.toWellFormed().normalize('NFC').replace(invisible, '').replace(/\s+/gu, ' ').trim();
}
