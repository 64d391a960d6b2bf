/** What a notice is found by beside its title: its document number and the words of its text. Pure. */
import { isLayoutName, layouts } from '../../../../layouts/schemas.ts';
import type { Found } from '../../../../shared/protocol/api/content.ts';
import type { NoticeContent } from '../../../../shared/protocol/programme.ts';
import { foldedName } from '../../listing.ts';
import { fold, foldedWords } from '../../../../shared/util/fold.ts';

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

/** Its columns of words; of its text each once. */
export const wordsOf = ({ title, content }: { title: string; content: NoticeContent }) => ({
  folded: foldedName(title),
  text_words: [...new Set(textsOf(content).flatMap(foldedWords))].join(' '),
});

/** Words shown before what was found, and in all. */
const wordsBefore = 4;
const wordsShown = 18;

const soughtIn = (word: string, sought: readonly string[]): readonly string[] =>
  sought.filter((one) => word.includes(one));

/** The part of a text where most of the folded words stand together. */
function excerpt(text: string, sought: readonly string[]): string {
  const words = [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map(({ 0: word, index }) => ({
    from: index,
    to: index + word.length,
    found: soughtIn(fold(word), sought),
  }));
  const together = (first: number): number =>
    new Set(words.slice(first, first + wordsShown - wordsBefore).flatMap(({ found }) => found)).size;
  let best = 0;
  for (const [i, { found }] of words.entries()) if (found.length > 0 && together(i) > together(best)) best = i;
  const [first, last] = [Math.max(0, best - wordsBefore), Math.min(words.length, best - wordsBefore + wordsShown) - 1];
  const shown = text.slice(words[first]?.from ?? 0, words[last]?.to).replaceAll(/\s*\n\s*/g, ' · ');
  return `${first > 0 ? '… ' : ''}${shown}${last < words.length - 1 ? ' …' : ''}`;
}

/** Where these folded words are, none of which need be all in one place. */
export function foundIn(content: NoticeContent, sought: readonly string[]): Found {
  const number = content.type === 'layout' ? content.fields['documentNumber'] : undefined;
  if (typeof number === 'string' && soughtIn(foldedWords(number).join(' '), sought).length === sought.length)
    return { in: 'documentNumber', text: number };
  return { in: 'text', text: excerpt(textsOf(content).join('\n'), sought) };
}
