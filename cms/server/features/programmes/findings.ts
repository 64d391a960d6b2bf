/** What is worth a look in the coverage of many boards, put together from those that play alike. */
import type { CoverageAnswer, CoverageFinding } from '../../../../shared/protocol/api/plans.ts';
import type { Stretch } from '../../../../shared/schedule/coverage.ts';

interface Span {
  readonly start: number;
  end: number;
}
/** Spans of some boards, and then of others: ascending for each. */
type Found = Omit<CoverageFinding, 'boards' | 'spans'> & { boards: number; readonly spans: Span[] };

export class Findings {
  readonly #found = new Map<string, Found>();
  readonly #seen = new Map<string, Span[]>();

  /** Adds boards that have the same coverage. @param stretches ascending */
  add(boards: number, zone: string, stretches: readonly Stretch[]): void {
    const concerned = new Set<Found>();
    for (const { start, end, by, hidden, empty, obliged } of stretches) {
      const note = (kind: Found['kind'], entryId: string | null, byId: string | null): void => {
        const key = `${kind} ${entryId} ${byId} ${zone}`;
        let found = this.#found.get(key);
        if (!found) this.#found.set(key, (found = { kind, entryId, byId, zone, boards: 0, spans: [] }));
        if (!concerned.has(found)) found.boards += boards;
        concerned.add(found);
        addSpan(found.spans, start, end);
      };
      for (const entryId of hidden) note('hidden', entryId, by.id);
      for (const entryId of empty) note('empty', entryId, null);
      if (by.kind === 'fallback' && !obliged) note('gap', null, null);
      if (by.kind === 'schedule' && by.id !== null) {
        let seen = this.#seen.get(by.id);
        if (!seen) this.#seen.set(by.id, (seen = []));
        addSpan(seen, start, end);
      }
    }
  }

  answer(): Pick<CoverageAnswer, 'findings' | 'seen'> {
    return {
      findings: [...this.#found.values()].map((found) => ({ ...found, spans: merged(found.spans) })),
      seen: [...this.#seen].map(([entryId, spans]) => ({ entryId, spans: merged(spans) })),
    };
  }
}

/** What touches the last one is one with it. */
function addSpan(spans: Span[], start: number, end: number): void {
  const last = spans.at(-1);
  if (last && last.start <= start && start <= last.end) last.end = Math.max(last.end, end);
  else spans.push({ start, end });
}

function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) addSpan(result, start, end);
  return result;
}
