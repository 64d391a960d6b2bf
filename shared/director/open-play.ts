/** The play on the glass, from its first painted frame to the record of its end. */
import type { HostKind, PlayBody, PlayOutcome } from '../protocol/journal.ts';
import type { Slot } from '../schedule/types.ts';
import type { Target } from './targets.ts';

/** A play counts as completed when no more than this of its planned length is missing, ms: a few frames of two swaps. */
const toleranceMs = 500;

export class OpenPlay {
  #dark: boolean;
  /** It is the play of an alert that was ended; when the screen went off after that, ms: it was seen until then. */
  #over = false;
  #seenUntil = Infinity;
  readonly #target: Target;
  readonly #host: HostKind;
  readonly #start: number;
  /** Painted before the clock was stepped, ms, and since when on the present clock. */
  #paintedMs = 0;
  #since: number;
  /** How long it has to be painted to be complete, ms. */
  #plannedMs: number;

  /** @returns null for what is no play: overlays. */
  static of(target: Target, host: HostKind, start: number, dark: boolean): OpenPlay | null {
    return target.slot === null ? null : new OpenPlay(target, host, start, dark);
  }

  private constructor(target: Target, host: HostKind, start: number, dark: boolean) {
    this.#target = target;
    this.#host = host;
    this.#start = start;
    this.#since = start;
    this.#plannedMs = plannedOf(target.slot!);
    this.#dark = dark;
  }

  /** The screen was known to be off at some time in it. */
  get dark(): boolean {
    return this.#dark;
  }

  /** The screen is known to be off. Where an alert alone had lit it, that is so before something else is painted. */
  darken(now: number): void {
    if (this.#over) this.#seenUntil = Math.min(this.#seenUntil, now);
    else this.#dark = true;
  }

  /** The first play of an alert on this board: it could not begin sooner, and has what is left of its slot. */
  beginsAlert(): void {
    this.#plannedMs = this.#target.slot!.end - this.#start;
  }

  /** The alert that plays was ended at `now`, all clear or updated: that is its whole length. */
  alertEnded(takeoverId: string, now: number): void {
    const { slot } = this.#target;
    if (slot?.takeoverId !== takeoverId) return;
    this.#plannedMs -= Math.max(0, slot.end - now);
    this.#over = true;
  }

  /** The clock went from `before` to `now` while nothing changed on the glass. */
  stepClock(before: number, now: number): void {
    this.#paintedMs += Math.max(0, before - this.#since);
    this.#since = now;
  }

  /** How the play reads if it ends at `end`. A failure stays one in the dark; everything else in the dark is `dark`. */
  body(end: number, ending: 'failed' | 'interrupted' | null): PlayBody {
    const paintedMs = this.#paintedMs + Math.max(0, Math.min(end, this.#seenUntil) - this.#since);
    return playBody(this.#target, this.#host, this.#start, paintedMs, this.#outcome(paintedMs, ending));
  }

  #outcome(paintedMs: number, ending: 'failed' | 'interrupted' | null): PlayOutcome {
    if (ending === 'failed') return ending;
    if (this.#dark) return 'dark';
    if (ending) return ending;
    return paintedMs >= this.#plannedMs - toleranceMs ? 'completed' : 'cut';
  }
}

/** An alert has no length of its own: its slot, or its turn, is what there is of it. */
const plannedOf = (slot: Slot): number => (slot.takeoverId === null ? slot.plannedMs : slot.end - slot.start);

/** A play record's body for a target with a slot. */
export function playBody(
  target: Target,
  host: HostKind,
  start: number,
  paintedMs: number,
  outcome: PlayOutcome,
): PlayBody {
  const { scene } = target;
  const slot = target.slot!;
  const content = scene.kind === 'notice' ? scene.notice.content : null;
  return {
    type: 'playEnded',
    start,
    paintedMs,
    noticeId: slot.noticeId,
    noticeHash: target.noticeHash,
    asset: content && content.type !== 'layout' ? content.asset : null,
    takeoverId: slot.takeoverId,
    why: slot.why,
    outcome,
    host,
    programme: target.programme?.version ?? null,
  };
}
