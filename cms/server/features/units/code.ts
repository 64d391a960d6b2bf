/** A code for a unit that no register numbers: a village, a body. */
import { foldedWords } from '../../../../shared/util/fold.ts';

/** Longest code, characters (shared/protocol/unit-rules.ts). */
const longest = 20;

/** From the code of the unit above and the name, of whatever there is; one that nobody has or had. */
export function codeFor(name: string, above: string, isTaken: (code: string) => boolean): string {
  const words = [above, ...foldedWords(name)].filter((word) => word !== '');
  if (words.length === 0) words.push('x');
  for (let n = 1; ; n++) {
    const end = n === 1 ? '' : `-${n}`;
    const code =
      words
        .join('-')
        .replace(/[^0-9A-Za-z./-]/g, '')
        .slice(0, longest - end.length)
        .replace(/-+$/, '') + end;
    if (!isTaken(code)) return code;
  }
}
