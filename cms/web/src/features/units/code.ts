/** A code for a unit that no register numbers: a village, a body. */
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { foldedWords } from '../../../../../shared/util/fold.ts';

/** Longest code, characters (shared/protocol/unit-rules.ts). */
const longest = 20;

/** From the code of the unit above and the name, of whatever there is; another than those of `units`. */
export function codeFor(name: string, above: Unit | undefined, units: readonly Pick<Unit, 'code'>[]): string {
  const words = [above?.code ?? '', ...foldedWords(name)].filter((word) => word !== '');
  if (words.length === 0) words.push('x');
  const taken = new Set(units.map(({ code }) => code));
  for (let n = 1; ; n++) {
    const end = n === 1 ? '' : `-${n}`;
    const code =
      words
        .join('-')
        .replace(/[^0-9A-Za-z./-]/g, '')
        .slice(0, longest - end.length)
        .replace(/-+$/, '') + end;
    if (!taken.has(code)) return code;
  }
}
