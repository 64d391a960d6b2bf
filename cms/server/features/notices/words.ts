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

/** What a notice is found by, folded: the words of its title, and those of its text and its document number, each once. */
export interface Words {
  readonly folded: string;
  readonly words: string;
}
/** Of what cannot be read the title only. @param pages what the pages say that it shows */
export const wordsOf = (
  { title, content }: { readonly title: string; readonly content: NoticeContent | null },
  pages: string,
): Words => ({
  folded: foldedName(title),
  words: content === null ? '' : [...new Set([...textsOf(content), pages].flatMap(foldedWords))].join(' '),
});

/** Words shown before what was found, and in all. */
const wordsBefore = 4;
const wordsShown = 18;

const writtenWord = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

/** The part of a text where most of the folded words stand together first, and those that it has not at all. @param folded what folds a word */
function excerpt(
  text: string,
  sought: readonly string[],
  folded: (word: string) => string,
): { shown: string; lacking: string[] } {
  const written: RegExpExecArray[] = [];
  const seen = sought.map(() => -Infinity);
  let best = { at: 0, together: 0 };
  for (const word of text.matchAll(writtenWord)) {
    const i = written.push(word) - 1;
    if (best.together === sought.length) {
      // What comes after what is shown says that there is more.
      if (i >= best.at - wordsBefore + wordsShown) break;
      continue;
    }
    const said = folded(word[0]);
    let found = false;
    for (const [k, one] of sought.entries()) {
      if (!said.includes(one)) continue;
      seen[k] = i;
      found = true;
    }
    if (!found) continue;
    const near = seen.filter((at) => at > i - wordsShown + wordsBefore);
    if (near.length > best.together) best = { at: Math.min(...near), together: near.length };
  }
  const [first, end] = [
    Math.max(0, best.at - wordsBefore),
    Math.min(written.length, best.at - wordsBefore + wordsShown),
  ];
  const [from, last] = [written[first], written[end - 1]];
  const shown = text.slice(from?.index ?? 0, last && last.index + last[0].length).replaceAll(/\s*\n\s*/g, ' · ');
  return {
    shown: `${first > 0 ? '… ' : ''}${shown}${end < written.length ? ' …' : ''}`,
    lacking: sought.filter((_, k) => seen[k] === -Infinity),
  };
}

/** Finds where these folded words are, none of which need be all in one place. One for many notices: their words repeat. */
export function createFinder(): (content: NoticeContent, pages: string, sought: readonly string[]) => Found {
  const known = new Map<string, string>();
  const folded = (word: string): string => {
    let is = known.get(word);
    if (is === undefined) known.set(word, (is = fold(word)));
    return is;
  };
  return (content, pages, sought) => {
    const number = content.type === 'layout' ? content.fields['documentNumber'] : undefined;
    if (typeof number === 'string') {
      const words = foldedWords(number).join(' ');
      if (sought.every((one) => words.includes(one))) return { in: 'documentNumber', text: number };
    }
    const text = excerpt(textsOf(content).join('\n'), sought, folded);
    if (text.lacking.length > 0 && pages !== '') {
      // Its lines are where the paper ended, and no paragraphs.
      const document = excerpt(pages.replaceAll('\n', ' '), sought, folded);
      if (text.lacking.some((word) => !document.lacking.includes(word)))
        return { in: 'document', text: document.shown };
    }
    return { in: 'text', text: text.shown };
  };
}
