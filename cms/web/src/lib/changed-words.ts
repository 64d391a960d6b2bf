/** Which words of two texts stand in one of them alone, so that nobody has to compare them by eye. */
import { diffWordsWithSpace } from 'diff';

export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

/** Of texts that have less than this part of their letters in common every word would be marked, which says nothing. */
const leastCommon = 0.3;
/** A page waits no longer for it, ms; longer texts are shown without marks. */
const longestMs = 100;

const whole = (text: string): Piece[] => (text === '' ? [] : [{ text, changed: false }]);

export function changedWords(before: string, after: string): { before: Piece[]; after: Piece[] } {
  const parts = diffWordsWithSpace(before, after, { timeout: longestMs });
  const common = (parts ?? []).reduce(
    (sum, { added, removed, value }) => sum + (added || removed ? 0 : value.length),
    0,
  );
  if (!parts || common < leastCommon * Math.max(before.length, after.length))
    return { before: whole(before), after: whole(after) };
  const side = (other: 'added' | 'removed'): Piece[] =>
    parts.flatMap((part) => (part[other] ? [] : [{ text: part.value, changed: part.added || part.removed }]));
  return { before: side('added'), after: side('removed') };
}
