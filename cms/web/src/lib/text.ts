/** Search that forgives: «ban tin xa» finds «Bảng tin xã». */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase();
}

/** Whether every word of the query is somewhere in one of the texts. */
export function matches(query: string, ...texts: (string | null | undefined)[]): boolean {
  const hay = fold(texts.filter((t) => t != null).join(' '));
  return fold(query)
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
