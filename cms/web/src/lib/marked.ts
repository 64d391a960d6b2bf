/** Texts in which the words of a search are marked: found as the search finds them, without case and marks, in parts of words. Pure. */
import { fold, soughtWords } from '../../../../shared/util/fold.ts';

export interface Piece {
  readonly text: string;
  readonly found: boolean;
}

/** A text in pieces, as it is written: together they are the text. */
export function markedPieces(text: string, query: string): Piece[] {
  let folded = '';
  /** Where the letter begins that a unit of `folded` was made of. Marks on their own make nothing, so they belong to the letter before. */
  const begins: number[] = [];
  let at = 0;
  for (const letter of text) {
    const is = fold(letter);
    folded += is;
    for (let i = 0; i < is.length; i++) begins.push(at);
    at += letter.length;
  }
  begins.push(text.length);

  const found = new Uint8Array(text.length);
  for (const word of soughtWords(query))
    for (let from = folded.indexOf(word); from >= 0; from = folded.indexOf(word, from + 1)) {
      let end = from + word.length;
      // A letter is marked as a whole.
      while (begins[end] === begins[end - 1]) end++;
      found.fill(1, begins[from], begins[end]);
    }

  const pieces: Piece[] = [];
  for (let from = 0, to = 1; from < text.length; from = to++) {
    while (to < text.length && found[to] === found[from]) to++;
    pieces.push({ text: text.slice(from, to), found: found[from] === 1 });
  }
  return pieces;
}
