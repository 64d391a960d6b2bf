/** Which takeovers hold the board when: real before exercise, then the highest level; equals take turns. */
import { standing, type Takeover } from '../protocol/takeover.ts';
import type { Slot } from './types.ts';

/** Length of a turn of equal takeovers, counted from the Unix epoch, so that all boards turn together. */
const takeoverTurnMs = 15_000;

/** The longest interval [start, end) with the same takeovers on top, in order of sequence. */
export interface TakeoverPhase {
  readonly start: number;
  readonly end: number;
  readonly takeovers: readonly Takeover[];
}

/** The phases of all takeovers that stand, ascending, without overlap. */
export function takeoverPhases(takeovers: readonly Takeover[]): TakeoverPhase[] {
  if (takeovers.length === 0) return [];
  const candidates = standing(takeovers);
  const instants = [...new Set(candidates.flatMap((t) => [t.startsAt, t.expiresAt]))].sort((a, b) => a - b);
  const phases: { start: number; end: number; takeovers: Takeover[] }[] = [];
  for (let i = 0; i + 1 < instants.length; i++) {
    const start = instants[i]!;
    const end = instants[i + 1]!;
    const top = highest(candidates.filter((t) => t.startsAt <= start && t.expiresAt >= end));
    const last = phases.at(-1);
    if (top.length === 0) continue;
    if (last?.end === start && sameIds(last.takeovers, top)) last.end = end;
    else phases.push({ start, end, takeovers: top });
  }
  return phases;
}

/** The slot on at `instant` of a phase that holds it. */
export function takeoverSlot(phase: TakeoverPhase, instant: number): Slot {
  if (phase.takeovers.length === 1) return slotOf(phase.takeovers[0]!, phase.start, phase.end, phase.end - phase.start);
  const turn = Math.floor(instant / takeoverTurnMs);
  const start = Math.max(phase.start, turn * takeoverTurnMs);
  const end = Math.min(phase.end, (turn + 1) * takeoverTurnMs);
  return slotOf(phase.takeovers[turn % phase.takeovers.length]!, start, end, takeoverTurnMs);
}

/**
 * The how manieth turn in its phase the one is that is on at `instant`, from 0, counted for each takeover; null where one
 * takeover has the phase to itself. What does not fit into one turn is shown in the next.
 */
export function takeoverTurn(phase: TakeoverPhase, instant: number): number | null {
  const { length } = phase.takeovers;
  if (length === 1) return null;
  const turns = Math.floor(instant / takeoverTurnMs) - Math.floor(phase.start / takeoverTurnMs);
  return Math.floor(turns / length);
}

function slotOf(takeover: Takeover, start: number, end: number, plannedMs: number): Slot {
  const { takeoverId } = takeover;
  return { start, end, plannedMs, offsetMs: 0, noticeId: null, takeoverId, why: { kind: 'takeover', id: takeoverId } };
}

function highest(active: Takeover[]): Takeover[] {
  const rank = (t: Takeover): number => (t.status === 'actual' ? 10 : 0) + t.content.level;
  const top = Math.max(...active.map(rank));
  return active.filter((t) => rank(t) === top);
}

function sameIds(a: readonly Takeover[], b: readonly Takeover[]): boolean {
  return a.length === b.length && a.every((t, i) => t.takeoverId === b[i]!.takeoverId);
}
