/**
 * Trusted time: the last sample of the CMS's clock plus monotonic time; the machine's own clock is only a last resort.
 *
 * A sample is not signed. One outside of this program's lifetime is no time at all, and one that would move trusted time by
 * more than a day is believed when a second one says the same. What is signed says one thing for certain: it is not earlier than that.
 *
 * - Same boot of the machine: the last anchor plus monotonic time, whatever the machine's clock says meanwhile. How fast that runs by the
 *   CMS's clock is measured (clock-rate.ts): boards beside one another stay in step from one sample to the next.
 * - After a reboot without network: the later of the machine's clock and the floor (trusted time as last saved, once a
 *   minute). A machine clock more than half a year past the floor is absurd and the floor is used: a board that was off for some
 *   weeks is normal, one whose clock says another year must not let everything on it expire.
 * - Never sampled, or that was lost: the machine's clock, state `unknown`; the newest that was signed on this disk is the floor.
 */
import { z } from 'zod';
import { msUtc } from '../../shared/protocol/common.ts';
import type { ClockState } from '../../shared/protocol/journal.ts';
import { ClockRate, savedRate } from './clock-rate.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';

/** A sample counts as fresh for a day. */
const freshMs = 86_400_000;
/** A machine clock this far past the floor is not believed: a wrong year is more likely than half a year without power and network. */
const absurdMs = 180 * 86_400_000;
/** Smaller corrections are no step worth a record. */
const stepMs = 1_000;
/** A sample that took longer than this to come says too little. */
const slowestSampleMs = 10_000;
/** A sample that moves trusted time by more than this needs a second one, ms. */
const doubtMs = 86_400_000;
/** How far the second one may be from the first, ms. */
const agreementMs = 60_000;
/** No board of this release lives before or after this. */
const earliest = Date.UTC(2026, 0, 1);
const latest = Date.UTC(2056, 0, 1);

const anchorShape = z.strictObject({
  bootId: z.string().nullable(),
  monotonic: z.number(),
  trusted: msUtc,
  /** Trusted time of the last CMS sample; null for never. */
  sampledAt: msUtc.nullable(),
});

type Anchor = Pick<z.infer<typeof anchorShape>, 'monotonic' | 'trusted' | 'sampledAt'>;

/** Offsets of trusted time to the machine's clock, before and after. */
export interface ClockStep {
  readonly fromOffsetMs: number;
  readonly toOffsetMs: number;
  /** How far trusted time itself moved; 0: only the machine's clock was set. */
  readonly movedMs: number;
}

export class Clock {
  readonly #system: System;
  readonly #store: Store;
  #anchor: Anchor;
  readonly #rate: ClockRate;
  /** Offset as of the last record about it. */
  #knownOffset: number;
  #last = 0;
  /** A sample too far off to be believed alone, carried on by monotonic time. */
  #doubted: Pick<Anchor, 'monotonic' | 'trusted'> | null = null;

  constructor(system: System, store: Store) {
    this.#system = system;
    this.#store = store;
    this.#rate = new ClockRate(store.readMeta('clockRate', savedRate));
    this.#anchor = this.#recall();
    this.#knownOffset = this.offsetMs();
  }

  /**
   * Trusted time, ms UTC. A correction backwards of less than a second lets it stand still until it is true again: nothing on the
   * screen has to be shown twice for it.
   */
  now(): number {
    const now = Math.round(this.#at(this.#anchor, this.#system.monotonic()));
    if (now < this.#last && this.#last - now < stepMs) return this.#last;
    this.#last = now;
    return now;
  }

  /** Trusted time minus the machine's, ms. */
  offsetMs(): number {
    return this.now() - this.#system.now();
  }

  state(): ClockState {
    const { sampledAt } = this.#anchor;
    if (sampledAt === null) return 'unknown';
    return this.now() - sampledAt <= freshMs ? 'synced' : 'held';
  }

  /** Trusted time for checks of validity, or null while there is none that deserves it. */
  validityNow(): number | null {
    return this.state() === 'unknown' ? null : this.now();
  }

  /**
   * Takes a sample: the CMS said `cmsNow` in an answer that took from `sent` to `received` (monotonic ms). Corrections within
   * the sample's own uncertainty (half of what the round trip took longer than others) change nothing but freshness.
   * @returns the step when trusted time or the machine's clock moved by a second or more, else null
   */
  sample(cmsNow: number, sent: number, received: number): ClockStep | null {
    const trip = received - sent;
    if (trip < 0 || trip > slowestSampleMs) return null;
    const monotonic = this.#system.monotonic();
    const estimate = cmsNow + trip / 2 + (monotonic - received);
    if (!(estimate >= earliest && estimate < latest)) return null;
    const before = this.#at(this.#anchor, monotonic);
    const error = estimate - before;
    if (Math.abs(error) > doubtMs && this.#anchor.sampledAt !== null && !this.#isSecond(estimate, monotonic))
      return null;
    this.#doubted = null;
    const slack = this.#rate.slackOf(trip);
    const trusted = Math.abs(error) > Math.max(5, slack) || this.#anchor.sampledAt === null ? estimate : before;
    this.#rate.take({ estimate, monotonic, trip });
    return this.#set({ monotonic, trusted, sampledAt: Math.round(trusted) }, before);
  }

  /**
   * Something signed by the CMS was made at `instant`: it is not earlier than that. A clock that is behind by up to a day is set
   * to it, so that an alert does not wait for this board's clock.
   * @returns as `sample`
   */
  notBefore(instant: number): ClockStep | null {
    const monotonic = this.#system.monotonic();
    const before = this.#at(this.#anchor, monotonic);
    if (instant <= before || instant - before > doubtMs) return null;
    return this.#set({ ...this.#anchor, monotonic, trusted: instant }, before);
  }

  /**
   * The newest on the disk was signed at `instant`. A clock that knows nothing better than the machine's is held against it as against a
   * floor; any other as by `notBefore`. @returns as `sample`
   */
  holdAgainst(instant: number): ClockStep | null {
    if (this.#anchor.sampledAt !== null) return this.notBefore(instant);
    const monotonic = this.#system.monotonic();
    const before = this.#at(this.#anchor, monotonic);
    if (isBelieved(before, instant)) return null;
    return this.#set({ ...this.#anchor, monotonic, trusted: instant }, before);
  }

  /** The step since the last one reported, if the offset to the machine's clock has moved by a second or more. */
  checkOffset(): ClockStep | null {
    return this.#stepOf(0);
  }

  #set(anchor: Anchor, before: number): ClockStep | null {
    this.#anchor = anchor;
    try {
      this.save();
    } catch {
      // A disk that fails must not cost the sample, nor the greeting that it came with; it is saved again every minute.
    }
    return this.#stepOf(anchor.trusted - before);
  }

  #stepOf(moved: number): ClockStep | null {
    const movedMs = Math.abs(moved) < stepMs ? 0 : Math.round(moved);
    const offset = this.offsetMs();
    if (movedMs === 0 && Math.abs(offset - this.#knownOffset) < stepMs) return null;
    const step = { fromOffsetMs: this.#knownOffset, toOffsetMs: offset, movedMs };
    this.#knownOffset = offset;
    return step;
  }

  /** Whether the sample before this one, which was not believed, said the same. */
  #isSecond(estimate: number, monotonic: number): boolean {
    const first = this.#doubted;
    this.#doubted = { monotonic, trusted: estimate };
    return first !== null && Math.abs(this.#at(first, monotonic) - estimate) <= agreementMs;
  }

  #at({ trusted, monotonic: from }: Pick<Anchor, 'monotonic' | 'trusted'>, monotonic: number): number {
    return trusted + (monotonic - from) * (1 + this.#rate.value);
  }

  /** Saves anchor and floor. Called every minute and with each sample. */
  save(): void {
    this.#store.writeMeta('clock', {
      bootId: this.#system.bootId,
      monotonic: this.#system.monotonic(),
      trusted: this.now(),
      sampledAt: this.#anchor.sampledAt,
    });
    // By itself: a player of before, which this one may be exchanged for, reads the other as it knows it.
    this.#store.writeMeta('clockRate', this.#rate.saved);
  }

  #recall(): Anchor {
    const monotonic = this.#system.monotonic();
    const machine = Math.max(0, this.#system.now());
    const saved = this.#store.readMeta('clock', anchorShape);
    if (saved === null) return { monotonic, trusted: machine, sampledAt: null };
    const sameBoot = saved.bootId !== null && saved.bootId === this.#system.bootId && monotonic >= saved.monotonic;
    if (sameBoot) return { monotonic, trusted: this.#at(saved, monotonic), sampledAt: saved.sampledAt };
    // Time that the machine's clock counted across a reboot was never compared with the CMS: held, not synced.
    const sampledAt = saved.sampledAt === null ? null : Math.min(saved.sampledAt, saved.trusted - freshMs - 1);
    return {
      monotonic,
      trusted: isBelieved(machine, saved.trusted) ? machine : saved.trusted,
      sampledAt: sampledAt === null ? null : Math.max(0, sampledAt),
    };
  }
}

/** Whether a clock that nobody has set may be right, given an instant that is over. */
const isBelieved = (machine: number, floor: number): boolean => machine >= floor && machine - floor <= absurdMs;
