import { fold } from '../../../../shared/util/fold.ts';

export { fold };

/** Whether every word of the query is somewhere in one of the texts. */
export function matches(query: string, ...texts: (string | null | undefined)[]): boolean {
  const hay = fold(texts.filter((t) => t != null).join(' '));
  return fold(query)
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
