/** What the layouts and their fields are called; for pages. Apart from the schemas, so that asking for a name costs little. */
import { byFolder } from './parts/by-folder.ts';
import type { Locale, Words } from './types.ts';

interface WordsFile {
  readonly words: Readonly<Record<Locale, Words>>;
  readonly place: number;
}
const found = byFolder(import.meta.glob<WordsFile>('./*/words.ts', { eager: true }));

/** Undefined for a layout that is not there. */
export const wordsOf = (layout: string, locale: Locale): Words | undefined => found.get(layout)?.words[locale];

export const inMenuOrder = <Name extends string>(layouts: readonly Name[]): Name[] =>
  layouts.toSorted((a, b) => (found.get(a)?.place ?? 0) - (found.get(b)?.place ?? 0));
