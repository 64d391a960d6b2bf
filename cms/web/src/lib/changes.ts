/** What differs between two versions of a thing, in words. */
export interface Change {
  readonly label: string;
  /** '' where there was nothing. */
  readonly before: string;
  readonly after: string;
}

/** A field in words, under its label. */
export type Line = readonly [label: string, words: string];

export function differences(before: readonly Line[], after: readonly Line[]): Change[] {
  const [was, is] = [new Map(before), new Map(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((label) => ({ label, before: was.get(label) ?? '', after: is.get(label) ?? '' }))
    .filter((change) => change.before !== change.after);
}
