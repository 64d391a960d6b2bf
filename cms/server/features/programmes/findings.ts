/** What is worth a look in the coverage of many boards, put together from those that play alike. */
import type { CoverageAnswer, CoverageFinding } from '../../../../shared/protocol/api/plans.ts';
import type { Stretch } from '../../../../shared/schedule/coverage.ts';
import { spansWithout, type Span } from '../../../../shared/util/spans.ts';

interface GrowingSpan {
  readonly start: number;
  end: number;
}
/** Spans of some boards, and then of others: ascending for each. */
type Found = Omit<CoverageFinding, 'spans'> & { readonly spans: GrowingSpan[] };
type ById<T> = Map<string | null, T>;

export class Findings {
  /** By zone, kind, the entry that is not seen, and the one that is. Not by one long key: it is looked up for every stretch of every board. */
  readonly #found = new Map<string, Map<Found['kind'], ById<ById<Found>>>>();
  readonly #seen = new Map<string, GrowingSpan[]>();

  /**
   * Adds boards that have the same coverage.
   * @param stretches ascending
   * @param dark when the screens of all of them are off by their hours: nothing is missing then
   */
  add(boards: number, zone: string, stretches: readonly Stretch[], dark: readonly Span[] = []): void {
    const inZone = known(this.#found, zone, () => new Map<Found['kind'], ById<ById<Found>>>());
    const concerned = new Set<Found>();
    const note = (kind: Found['kind'], entryId: string | null, byId: string | null, { start, end }: Span): void => {
      const ofKind = known(inZone, kind, (): ById<ById<Found>> => new Map());
      const ofEntry = known(ofKind, entryId, (): ById<Found> => new Map());
      const found = known(ofEntry, byId, () => ({ kind, entryId, byId, zone, boards: 0, spans: [] }));
      concerned.add(found);
      addSpan(found.spans, start, end);
    };
    for (const stretch of stretches) {
      const { by, hidden, empty, obliged } = stretch;
      for (const entryId of hidden) note('hidden', entryId, by.id, stretch);
      for (const entryId of empty) note('empty', entryId, null, stretch);
      if (by.kind === 'fallback' && !obliged)
        for (const lit of spansWithout([stretch], dark)) note('gap', null, null, lit);
      if (by.kind === 'schedule' && by.id !== null)
        addSpan(
          known(this.#seen, by.id, () => []),
          stretch.start,
          stretch.end,
        );
    }
    for (const found of concerned) found.boards += boards;
  }

  answer(): Pick<CoverageAnswer, 'findings' | 'seen'> {
    return {
      findings: [...this.#found.values()]
        .flatMap((inZone) => [...inZone.values()])
        .flatMap((ofKind) => [...ofKind.values()])
        .flatMap((ofEntry) => [...ofEntry.values()])
        .map((found) => ({ ...found, spans: merged(found.spans) })),
      seen: [...this.#seen].map(([entryId, spans]) => ({ entryId, spans: merged(spans) })),
    };
  }
}

function known<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** What touches the last one is one with it. */
function addSpan(spans: GrowingSpan[], start: number, end: number): void {
  const last = spans.at(-1);
  if (last && last.start <= start && start <= last.end) last.end = Math.max(last.end, end);
  else spans.push({ start, end });
}

function merged(spans: readonly Span[]): GrowingSpan[] {
  const result: GrowingSpan[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) addSpan(result, start, end);
  return result;
}
