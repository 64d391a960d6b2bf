/** The slots of a day, takeovers aside: every segment's fixed cycle with its obligations woven in. */
import type { Why } from '../protocol/journal.ts';
import { firstDue, type WovenObligation } from './obligations.ts';
import type { CycleItem, Segment } from './segments.ts';
import type { Slot } from './types.ts';

/** A play that is owed for so long is forgiven: only more obligations than an hour can hold let it come to that. */
const forgivenMs = 3_600_000;

/** The oldest due instant not yet played, by obligation; only of those open at the end of the last segment. */
export type Owed = ReadonlyMap<WovenObligation, number>;

export interface DaySlots {
  readonly slots: Slot[];
  /** What is owed at the end of the day. */
  readonly owed: Owed;
}

/** Plays the segments of a day in order. `owed` carries over from the end of the day before. */
export function daySlots(segments: readonly Segment[], owed: Owed): DaySlots {
  const slots: Slot[] = [];
  for (const segment of segments) owed = playSegment(segment, owed, slots);
  return { slots, owed };
}

function playSegment(segment: Segment, before: Owed, slots: Slot[]): Owed {
  const { obligations, end } = segment;
  const due = obligations.map((o) => before.get(o) ?? firstDue(o, segment.start));
  const cycle = segment.items.length > 0 ? segment.items : obligations.map(turnOf);
  let turn = 0;
  for (let t = segment.start; t < end; ) {
    const index = mostOverdue(obligations, due, t, end);
    let item: CycleItem;
    if (index >= 0) {
      const obligation = obligations[index]!;
      item = turnOf(obligation);
      due[index]! += obligation.periodMs;
    } else if (cycle.length > 0) {
      item = cycle[turn++ % cycle.length]!;
    } else {
      slots.push({ start: t, end, plannedMs: end - t, offsetMs: 0, noticeId: null, takeoverId: null, why: fallbackWhy });
      break;
    }
    const slotEnd = Math.min(end, t + item.lengthMs);
    slots.push({ start: t, end: slotEnd, plannedMs: item.lengthMs, offsetMs: 0, noticeId: item.noticeId, takeoverId: null, why: item.why });
    t = slotEnd;
  }
  return new Map(obligations.map((o, i) => [o, due[i]!]));
}

/**
 * The obligation that has been due longest and fits before the segment's end, then by order and id (their order in the
 * segment); -1 for none. One that would be cut is left to the next segment, which plays what is still owed first.
 */
function mostOverdue(obligations: readonly WovenObligation[], due: number[], t: number, end: number): number {
  let best = -1;
  for (let i = 0; i < obligations.length; i++) {
    if (due[i]! > t) continue;
    const obligation = obligations[i]!;
    if (due[i]! <= t - forgivenMs) due[i] = firstDue(obligation, t - forgivenMs + 1);
    if (due[i]! <= t && obligation.lengthMs <= end - t && (best < 0 || due[i]! < due[best]!)) best = i;
  }
  return best;
}

const fallbackWhy: Why = { kind: 'fallback', id: null };

function turnOf(obligation: WovenObligation): CycleItem {
  const { noticeId, obligationId } = obligation.part;
  return { noticeId, lengthMs: obligation.lengthMs, why: { kind: 'obligation', id: obligationId } };
}
