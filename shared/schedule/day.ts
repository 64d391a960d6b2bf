/** The slots of a day, takeovers aside: every segment's fixed cycle with its obligations woven in. */
import type { Why } from '../protocol/journal.ts';
import { firstDue, nextDue, type Owed, type WovenObligation } from './obligations.ts';
import type { CycleItem } from './playable-lists.ts';
import type { Segment } from './segments.ts';
import type { Slot } from './types.ts';

/**
 * Plays the segments of a day in order.
 * @param owed what may be owed from the day before
 * @param patienceMs see Weave
 */
export function playDay(segments: readonly Segment[], owed: Owed, patienceMs: number): Slot[] {
  const slots: Slot[] = [];
  const emit = (slot: Slot): void => void slots.push(slot);
  for (const at of segments.keys())
    owed = playSegment(segments, at, slots.at(-1)?.end ?? -Infinity, owed, patienceMs, emit);
  return slots;
}

/**
 * @param from when the play that ran over its beginning ends
 * @returns what is owed when it ends
 */
function playSegment(
  segments: readonly Segment[],
  at: number,
  from: number,
  before: Owed,
  patienceMs: number,
  emit: (slot: Slot) => void,
): Owed {
  const segment = segments[at]!;
  const { obligations, end } = segment;
  const due = obligations.map((o) => before.get(o) ?? firstDue(o, segment.start));
  const turns = obligations.map(turnOf);
  const cycle = segment.items.length > 0 ? segment.items : turns;
  let next = 0;
  for (let t = Math.max(segment.start, from); t < end;) {
    const index = mostOverdue(obligations, due, patienceMs, t, (o) => staysOpen(segments, at, o, t + o.lengthMs));
    const item = index >= 0 ? turns[index]! : cycle[next++ % cycle.length];
    if (!item) {
      emit({ start: t, end, plannedMs: end - t, offsetMs: 0, noticeId: null, takeoverId: null, why: fallbackWhy });
      break;
    }
    if (index >= 0) due[index] = nextDue(obligations[index]!, due[index]!);
    const start = t;
    t = index >= 0 ? start + item.lengthMs : Math.min(end, start + item.lengthMs);
    emit({
      start,
      end: t,
      plannedMs: item.lengthMs,
      offsetMs: 0,
      noticeId: item.noticeId,
      takeoverId: null,
      why: item.why,
    });
  }
  return new Map(obligations.map((o, i) => [o, due[i]!]));
}

/** Whether an obligation that is open now is open until `until`, on the same day. */
function staysOpen(segments: readonly Segment[], at: number, obligation: WovenObligation, until: number): boolean {
  for (let i = at; i < segments.length && segments[i]!.obligations.includes(obligation); i++)
    if (segments[i]!.end >= until) return true;
  return false;
}

/**
 * The obligation that has been due longest and can be whole, then by order and id (their order in the segment); -1 for none. It may
 * run over the segment's end, or short segments could keep it off the board for ever; its window's end and midnight it leaves alone.
 */
function mostOverdue(
  obligations: readonly WovenObligation[],
  due: number[],
  patienceMs: number,
  t: number,
  isWhole: (obligation: WovenObligation) => boolean,
): number {
  let best = -1;
  let bestDue = t + 1;
  let oldest = t;
  for (let i = 0; i < due.length; i++) {
    const since = due[i]!;
    if (since < oldest) oldest = since;
    if (since < bestDue && isWhole(obligations[i]!)) {
      best = i;
      bestDue = since;
    }
  }
  if (t - oldest > patienceMs) forgive(due, t, t - oldest - patienceMs);
  return best;
}

/**
 * With more obligations than time, what is owed would grow for ever. All that are late are moved on together by what exceeds
 * the patience, so that each keeps its share of the time there is.
 */
function forgive(due: number[], t: number, excess: number): void {
  for (let i = 0; i < due.length; i++) if (due[i]! <= t) due[i]! += excess;
}

const fallbackWhy: Why = { kind: 'fallback', id: null };

function turnOf(obligation: WovenObligation): CycleItem {
  const { noticeId, obligationId } = obligation.part;
  return { noticeId, lengthMs: obligation.lengthMs, why: { kind: 'obligation', id: obligationId } };
}
