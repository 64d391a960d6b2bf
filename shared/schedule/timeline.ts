/**
 * `timeline()`: what a board plays when, and why; a pure function of programme, takeovers and time, so that boards with the
 * same content are in step without talking, a restart lands in the middle of the right item, and the CMS knows what to expect.
 *
 * At any instant: the takeover on top (takeover-phases.ts), else the winning window, else the default playlist
 * (segments.ts), else the fallback. A segment's cycle begins at the segment's start, is cut at its end, and runs on under a
 * takeover: when the takeover ends, the rest of the slot that is then due is shown, at the place it would have reached.
 *
 * Slots are a function of the instant alone: what range is asked for changes nothing. A day looks back no further than to what may
 * still be owed from the evening before (obligations.ts).
 */
import type { Programme } from '../protocol/programme.ts';
import type { Takeover } from '../protocol/takeover.ts';
import { playDay } from './day.ts';
import { owedAt, weaveOf, type ObligationLoad, type Weave, type WovenObligation } from './obligations.ts';
import { openingsOf, segmentsOf, segmentSourceOf, type SegmentSource } from './segments.ts';
import { takeoverPhases, takeoverSlot, type TakeoverPhase } from './takeover-phases.ts';
import type { Slot } from './types.ts';
import type { LocalDay } from './zone.ts';

/** Days whose slots are kept. */
const keptDays = 4;

/** The timeline of one programme. It remembers the days asked for last, so keep it as long as the programme. */
export interface Timeline {
  readonly load: ObligationLoad;
  readonly obligations: readonly WovenObligation[];
  /** Whether an obligation of this timeline is open in all of [from, to). */
  isOpen(obligation: WovenObligation, from: number, to: number): boolean;
  /** The slots that touch [from, to), whole, ascending. */
  slots(takeovers: readonly Takeover[], from: number, to: number): Slot[];
  /** The slot at `from`, then those that follow, without end. */
  slotsFrom(takeovers: readonly Takeover[], from: number): Generator<Slot, never, undefined>;
  /** The slot on at an instant. `madeUp` lies over the schedule and under takeovers: a play that this board alone has to catch up on. */
  slotAt(takeovers: readonly Takeover[], instant: number, madeUp?: Slot | null): Slot;
}

/**
 * The slots that touch [from, to), ms UTC. `takeovers` are the standing ones that select this board.
 * @throws AppError `cron_invalid` for a programme that was not read by `readProgramme`
 */
export function timeline(programme: Programme, takeovers: readonly Takeover[], from: number, to: number): Slot[] {
  return createTimeline(programme).slots(takeovers, from, to);
}

/** @throws AppError `cron_invalid` */
export function createTimeline(programme: Programme): Timeline {
  const days = new Days(programme);
  return {
    load: days.load,
    obligations: days.obligations,
    isOpen: (obligation, from, to) => days.isOpen(obligation, from, to),
    slots(takeovers, from, to) {
      const phases = takeoverPhases(takeovers);
      const slots: Slot[] = [];
      for (let t = from; t < to;) {
        const slot = slotAt(days, phases, t);
        slots.push(slot);
        t = slot.end;
      }
      return slots;
    },
    *slotsFrom(takeovers, from) {
      const phases = takeoverPhases(takeovers);
      for (let t = from; ;) {
        const slot = slotAt(days, phases, t);
        yield slot;
        t = slot.end;
      }
    },
    slotAt: (takeovers, instant, madeUp) => slotAt(days, takeoverPhases(takeovers), instant, madeUp),
  };
}

function slotAt(days: Days, phases: readonly TakeoverPhase[], instant: number, madeUp: Slot | null = null): Slot {
  let from = -Infinity;
  let to = Infinity;
  for (const phase of phases) {
    if (phase.end <= instant) from = phase.end;
    else if (phase.start > instant) {
      to = phase.start;
      break;
    } else return takeoverSlot(phase, instant);
  }
  if (madeUp && madeUp.end <= instant) from = Math.max(from, madeUp.end);
  else if (madeUp && madeUp.start > instant) to = Math.min(to, madeUp.start);
  const slot = madeUp && madeUp.start <= instant && instant < madeUp.end ? madeUp : days.slotAt(instant);
  if (from <= slot.start && to >= slot.end) return slot;
  const start = Math.max(from, slot.start);
  return { ...slot, start, end: Math.min(to, slot.end), offsetMs: slot.offsetMs + start - slot.start };
}

class Days {
  readonly load: ObligationLoad;
  readonly #source: SegmentSource;
  readonly #weave: Weave;
  readonly #kept: (LocalDay & { slots: Slot[] })[] = [];

  get obligations(): readonly WovenObligation[] {
    return this.#weave.obligations;
  }

  constructor(programme: Programme) {
    this.#weave = weaveOf(programme);
    this.load = this.#weave.load;
    this.#source = segmentSourceOf(programme, this.#weave.obligations);
  }

  isOpen(obligation: WovenObligation, from: number, to: number): boolean {
    const index = this.obligations.indexOf(obligation);
    let until = from;
    for (const open of openingsOf(this.#source, from, to).obligations)
      if (open.index === index && open.start <= until) until = Math.max(until, open.end);
    return until >= to;
  }

  slotAt(instant: number): Slot {
    const { slots } = this.#dayAt(instant);
    let low = 0;
    let high = slots.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (slots[middle]!.start <= instant) low = middle;
      else high = middle - 1;
    }
    return slots[low]!;
  }

  #dayAt(instant: number): LocalDay & { slots: Slot[] } {
    const known = this.#kept.find((day) => day.start <= instant && instant < day.end);
    if (known) return known;
    const day = this.#source.zone.dayAt(instant);
    const made = { ...day, slots: this.#play(day) };
    this.#kept.push(made);
    if (this.#kept.length > keptDays) this.#kept.shift();
    return made;
  }

  #play(day: LocalDay): Slot[] {
    const source = this.#source;
    const { carryMs, patienceMs } = this.#weave;
    const openings = openingsOf(source, day.start - carryMs, day.end);
    const owed = owedAt(source.obligations, openings.obligations, day.start, carryMs);
    return playDay(segmentsOf(source, openings, day), owed, patienceMs);
  }
}
