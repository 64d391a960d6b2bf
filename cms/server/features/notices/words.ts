/** What a notice is found by beside its title: its document number and the words of its text. Pure. */
import { isLayoutName, layouts } from '../../../../layouts/schemas.ts';
import type { Found } from '../../../../shared/protocol/api/content.ts';
import type { NoticeContent } from '../../../../shared/protocol/programme.ts';
import { foldedName } from '../../listing.ts';
import { foldedWords } from '../../../../shared/util/fold.ts';

/** Every text in a field, whatever it is made of; files are none. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === 'asset' ? [] : textsIn(item)));
}

/** What boards show of it in words, in the order of its form. */
function textsOf(content: NoticeContent): string[] {
  if (content.type !== 'layout') return [content.alt];
  if (!isLayoutName(content.layout)) return textsIn(content.fields);
  return layouts[content.layout].fields.flatMap(({ key, kind }) =>
    kind === 'choice' ? [] : textsIn(content.fields[key]),
  );
}

/** What a notice is found by, folded: the words of its title, and those of its text and its document number, each once. */
export interface Words {
  readonly folded: string;
  readonly words: string;
}
/** Of what cannot be read the title only. */
export const wordsOf = ({ title, content }: { title: string; content: NoticeContent | null }): Words => ({
  folded: foldedName(title),
  words: content === null ? '' : [...new Set(textsOf(content).flatMap(foldedWords))].join(' '),
});

/** Words shown before what was found, and in all. */
const wordsBefore = 4;
const wordsShown = 18;

/** The first place where most of the sought words stand together, as the number of a word. */
function bestPlace(words: readonly string[], sought: readonly string[]): number {
  const seen = sought.map(() => -Infinity);
  let best = { at: 0, together: 0 };
  for (const [i, word] of words.entries()) {
    let found = false;
    for (const [k, one] of sought.entries()) {
      if (!word.includes(one)) continue;
      seen[k] = i;
      found = true;
    }
    if (!found) continue;
    const near = seen.filter((at) => at > i - wordsShown + wordsBefore);
    if (near.length > best.together) best = { at: Math.min(...near), together: near.length };
    if (best.together === sought.length) break;
  }
  return best.at;
}

/** The part of a text where most of the folded words stand together. */
function excerpt(text: string, sought: readonly string[]): string {
  const words = foldedWords(text);
  const best = bestPlace(words, sought);
  const [first, end] = [Math.max(0, best - wordsBefore), Math.min(words.length, best - wordsBefore + wordsShown)];
  // The same words, as they are written.
  const written = [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu)];
  const [from, last] = [written[first], written[end - 1]];
  const shown = text.slice(from?.index ?? 0, last && last.index + last[0].length).replaceAll(/\s*\n\s*/g, ' · ');
  return `${first > 0 ? '… ' : ''}${shown}${end < words.length ? ' …' : ''}`;
}

/** Where these folded words are, none of which need be all in one place. */
export function foundIn(content: NoticeContent, sought: readonly string[]): Found {
  const number = content.type === 'layout' ? content.fields['documentNumber'] : undefined;
  if (typeof number === 'string') {
    const words = foldedWords(number).join(' ');
    if (sought.every((one) => words.includes(one))) return { in: 'documentNumber', text: number };
  }
  return { in: 'text', text: excerpt(textsOf(content).join('\n'), sought) };
}
