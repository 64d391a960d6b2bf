/** Search that forgives: «ban tin xa» finds «Bảng tin xã». Both ends fold alike. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase();
}

/** The words of a text, folded: letters and figures only, so that «so 5/TB» and «Số_5-TB.jpg» have words in common. */
export function foldedWords(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** More words than anybody types; each costs a look. */
const mostWords = 6;

/** The folded words of a search, as the lists look for them and mark them. */
export const soughtWords = (query: string): string[] => [...new Set(foldedWords(query))].slice(0, mostWords);

/** Whether every word of the query is somewhere in one of the texts. */
export function matches(query: string, ...texts: (string | null | undefined)[]): boolean {
  const hay = fold(texts.filter((t) => t != null).join(' '));
  return fold(query)
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
