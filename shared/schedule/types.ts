/** The words of `timeline()`; see timeline.ts for the rules. */
import type { Why } from '../protocol/journal.ts';

/** An interval of a board's time with one thing on it. Slots of one timeline neither overlap nor leave a gap. */
export interface Slot {
  /** ms UTC, [start, end). */
  readonly start: number;
  readonly end: number;
  /** Length before any cut, ms; `end - start` is shorter when the segment's end or a takeover cut it. */
  readonly plannedMs: number;
  /** How far into its length the slot begins, ms: above 0 only for the rest of a slot that a takeover covered. */
  readonly offsetMs: number;
  /** null when a takeover or the fallback is on. */
  readonly noticeId: string | null;
  readonly takeoverId: string | null;
  readonly why: Why;
}
