/**
 * How long a text stays on a board. Vietnamese writes a space between syllables, so a «word» here is a syllable, as an editor
 * counts it. People on foot read about 2.5 of them a second from a board and need some 3 s to find it; no text stays under
 * 8 s or over 60 s. These figures are our own choice; an editor can set any length.
 */
const wordsPerSecond = 2.5;
const findMs = 3_000;
const shortestMs = 8_000;
const longestMs = 60_000;

/** To take out a phone and scan a code; nothing with one is on for less unless somebody says so. Our own choice, too. */
export const scanningTimeMs = 15_000;

/** A page of an alert: who reads it has found it, or needs to be quick. */
const findPageMs = 1_500;
const shortestPageMs = 4_000;

/** With so many words a text stays the longest; more change nothing. */
export const mostWordsRead = Math.ceil(((longestMs - findMs) / 1000) * wordsPerSecond);

/** Words (runs of letters or digits, with marks and inner punctuation such as 15/9 or 1.000) in some texts. */
export function countWords(...texts: readonly string[]): number {
  return texts.reduce((total, text) => total + countUpTo(Infinity, text), 0);
}

/** As `countWords`, of one text; reads on until there are `most`. */
export function countUpTo(most: number, text: string): number {
  const word = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[.,/:'’-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*/gu;
  const read = text.normalize('NFC');
  let total = 0;
  while (total < most && word.test(read)) total++;
  return total;
}

/** Slot length for a text of so many words, whole seconds in ms. */
export function readingTimeMs(words: number): number {
  const wanted = Math.ceil((findMs + (words / wordsPerSecond) * 1000) / 1000) * 1000;
  return Math.min(longestMs, Math.max(shortestMs, wanted));
}

/** How long one page of an alert with so many words stays, ms: pages are turned again and again while it lasts. */
export function pageTimeMs(words: number): number {
  return Math.max(shortestPageMs, Math.ceil(findPageMs + (words / wordsPerSecond) * 1000));
}
