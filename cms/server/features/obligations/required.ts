/** How often an obligation had to be shown, in which hours. */
import { hourPhaseOf } from '../../../../shared/schedule/obligations.ts';
import { latestOpenings } from '../../../../shared/schedule/windows.ts';
import { parseCron } from '../../../../shared/schedule/cron.ts';
import type { Zone } from '../../../../shared/schedule/zone.ts';
import type { Terms } from './repo.ts';

export const hourMs = 3_600_000;

/** [from, to), ms UTC. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is left of a span without some others. */
export function outside(span: Span, others: readonly Span[]): Span[] {
  let left = [span];
  for (const other of others)
    left = left.flatMap(({ from, to }) =>
      other.to <= from || other.from >= to
        ? [{ from, to }]
        : [
            { from, to: other.from },
            { from: other.to, to },
          ].filter((piece) => piece.from < piece.to),
    );
  return left;
}

/** Terms, and while they held: [fromAt, toAt), ms UTC. */
export interface HeldTerms extends Terms {
  readonly fromAt: number;
  readonly toAt: number;
}

/**
 * What an obligation asked for, each until the next or its end.
 * @param down while its notice was taken down nobody could show it
 */
export function heldTerms(
  terms: readonly (Terms & { readonly fromAt: number })[],
  endedAt: number | null,
  down: readonly Span[] = [],
): HeldTerms[] {
  return terms.flatMap((one, i) =>
    outside({ from: one.fromAt, to: Math.min(terms[i + 1]?.fromAt ?? Infinity, endedAt ?? Infinity) }, down).map(
      ({ from, to }) => ({ ...one, fromAt: from, toAt: to }),
    ),
  );
}

/** Hours counted from one minute of the hour: `phaseMs` after the full one. Starts, ms UTC, ascending. */
export interface RequiredHours {
  readonly phaseMs: number;
  readonly starts: readonly number[];
}

/**
 * The full hours of [from, to) in which terms asked for `perHour` plays, counted as boards count them: from the minute at which the
 * window opens (shared/schedule/obligations.ts). What is left over at an end asks for nothing.
 */
export function requiredHours(terms: HeldTerms, zone: Zone, from: number, to: number): RequiredHours {
  const first = Math.max(from, terms.fromAt);
  const last = Math.min(to, terms.toAt);
  const cron = parseCron(terms.cron);
  const openings = first < last ? latestOpenings(terms, zone, first, last, cron) : [];
  // Windows that follow each other without a gap are one.
  const spans: { start: number; end: number }[] = [];
  for (const { start, end } of openings) {
    const before = spans.at(-1);
    if (before && before.end >= start) before.end = Math.max(before.end, end);
    else spans.push({ start, end });
  }
  const phaseMs = hourPhaseOf(cron, zone);
  const starts: number[] = [];
  for (const span of spans) {
    const end = Math.min(span.end, last);
    const earliest = Math.max(span.start, first);
    for (let t = Math.ceil((earliest - phaseMs) / hourMs) * hourMs + phaseMs; t + hourMs <= end; t += hourMs)
      starts.push(t);
  }
  return { phaseMs, starts };
}
