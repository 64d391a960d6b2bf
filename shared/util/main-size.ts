/** Part of the letters that may be smaller: page numbers, sources, names of who signs. */
const ASIDE = 0.2;

/** Text: size of type, px, and how many characters have it. */
export interface TextSize {
  readonly px: number;
  readonly characters: number;
}

/** The size of type, px, that all but a fifth of the characters have at least; null where there is no text. */
export function mainSize(sizes: readonly TextSize[]): number | null {
  const all = sizes.reduce((sum, { characters }) => sum + characters, 0);
  let smaller = 0;
  for (const { px, characters } of [...sizes].sort((a, b) => a.px - b.px)) {
    smaller += characters;
    if (smaller > all * ASIDE) return px;
  }
  return null;
}
