/** A code for a unit that no register numbers: a village, a body. */
import { longestOwnCode, ownCodeCharacters } from '../../../../shared/protocol/unit-rules.ts';
import { foldedWords } from '../../../../shared/util/fold.ts';

const others = new RegExp(`[^${ownCodeCharacters}]`, 'g');

/** From the code of the unit above and the name, of whatever there is; one that nobody has or had. */
export function codeFor(name: string, above: string, isTaken: (code: string) => boolean): string {
  const words = [above, ...foldedWords(name)].filter((word) => word !== '');
  if (words.length === 0) words.push('x');
  for (let n = 1; ; n++) {
    const end = n === 1 ? '' : `-${n}`;
    const code =
      words
        .join('-')
        .replace(others, '')
        .slice(0, longestOwnCode - end.length)
        .replace(/-+$/, '') + end;
    if (!isTaken(code)) return code;
  }
}
