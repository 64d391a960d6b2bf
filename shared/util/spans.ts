/** Spans of time, [start, end), ms UTC. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Of the spans what lies in another, ascending; those that touch are one. */
export function spansWithin(spans: readonly Span[], whole: Span): Span[] {
  const found: Span[] = [];
  const within = spans.filter(({ start, end }) => start < whole.end && end > whole.start);
  for (const span of within.sort((a, b) => a.start - b.start)) {
    const [start, end] = [Math.max(span.start, whole.start), Math.min(span.end, whole.end)];
    const last = found.at(-1);
    if (last && start <= last.end) found.splice(-1, 1, { start: last.start, end: Math.max(last.end, end) });
    else found.push({ start, end });
  }
  return found;
}

/** What of the spans lies in none of the others. */
export const spansWithout = (spans: readonly Span[], others: readonly Span[]): Span[] =>
  others.reduce<Span[]>(
    (left, other) =>
      left.flatMap(({ start, end }) =>
        [
          { start, end: Math.min(end, other.start) },
          { start: Math.max(start, other.end), end },
        ].filter((part) => part.start < part.end),
      ),
    [...spans],
  );
