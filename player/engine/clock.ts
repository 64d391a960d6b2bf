/**
 * Trusted time: the last sample of the CMS's clock plus monotonic time; the machine's own clock is only a last resort.
 *
 * - Same boot of the machine: the last anchor plus monotonic time, whatever the machine's clock says meanwhile.
 * - After a reboot without network: the later of the machine's clock and the floor (trusted time as last saved, once a
 *   minute). A machine clock more than a year past the floor is absurd and the floor is used: a board that was off for some
 *   weeks is normal, one whose clock says 2099 must not let everything on it expire.
 * - Never sampled: the machine's clock, state `unknown`.
 */
import { z } from 'zod';
import { msUtc } from '../../shared/protocol/common.ts';
import type { ClockState } from '../../shared/protocol/journal.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';

/** A sample counts as fresh for a day. */
const freshMs = 86_400_000;
/** A machine clock this far past the floor is not believed. */
const absurdMs = 366 * 86_400_000;
/** Smaller corrections are no step worth a record. */
const stepMs = 1_000;
/** A sample that took longer than this to come says too little. */
const slowestSampleMs = 10_000;

const anchorShape = z.strictObject({
  bootId: z.string().nullable(),
  monotonic: z.number(),
  trusted: msUtc,
  /** Trusted time of the last CMS sample; null for never. */
  sampledAt: msUtc.nullable(),
});

type Anchor = Pick<z.infer<typeof anchorShape>, 'monotonic' | 'trusted' | 'sampledAt'>;

export interface ClockStep {
  readonly fromOffsetMs: number;
  readonly toOffsetMs: number;
}

export class Clock {
  readonly #system: System;
  readonly #store: Store;
  #anchor: Anchor;
  /** Offset as of the last record about it. */
  #knownOffset: number;
  #last = 0;

  constructor(system: System, store: Store) {
    this.#system = system;
    this.#store = store;
    this.#anchor = this.#recall();
    this.#knownOffset = this.offsetMs();
  }

  /**
   * Trusted time, ms UTC. A correction backwards of less than a second lets it stand still until it is true again: nothing on the
   * screen has to be shown twice for it.
   */
  now(): number {
    const now = Math.round(this.#anchor.trusted + this.#system.monotonic() - this.#anchor.monotonic);
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
   * the sample's own uncertainty (half the round trip) change nothing but freshness.
   * @returns the step when trusted time moved by a second or more, else null
   */
  sample(cmsNow: number, sent: number, received: number): ClockStep | null {
    const trip = received - sent;
    if (trip < 0 || trip > slowestSampleMs) return null;
    const estimate = cmsNow + trip / 2 + (this.#system.monotonic() - received);
    const before = this.#anchor.trusted + this.#system.monotonic() - this.#anchor.monotonic;
    const error = estimate - before;
    const trusted = Math.abs(error) > Math.max(5, trip / 2) || this.#anchor.sampledAt === null ? estimate : before;
    this.#anchor = { monotonic: this.#system.monotonic(), trusted, sampledAt: Math.round(trusted) };
    try {
      this.save();
    } catch {
      // A disk that fails must not cost the sample, nor the greeting that it came with; it is saved again every minute.
    }
    return this.checkOffset();
  }

  /** The step since the last one reported, if the offset to the machine's clock has moved by a second or more. */
  checkOffset(): ClockStep | null {
    const offset = this.offsetMs();
    if (Math.abs(offset - this.#knownOffset) < stepMs) return null;
    const step = { fromOffsetMs: this.#knownOffset, toOffsetMs: offset };
    this.#knownOffset = offset;
    return step;
  }

  /** Saves anchor and floor. Called every minute and with each sample. */
  save(): void {
    this.#store.writeMeta('clock', {
      bootId: this.#system.bootId,
      monotonic: this.#system.monotonic(),
      trusted: this.now(),
      sampledAt: this.#anchor.sampledAt,
    });
  }

  #recall(): Anchor {
    const monotonic = this.#system.monotonic();
    const machine = Math.max(0, this.#system.now());
    const saved = this.#store.readMeta('clock', anchorShape);
    if (saved === null) return { monotonic, trusted: machine, sampledAt: null };
    const sameBoot = saved.bootId !== null && saved.bootId === this.#system.bootId && monotonic >= saved.monotonic;
    if (sameBoot)
      return { monotonic, trusted: saved.trusted + monotonic - saved.monotonic, sampledAt: saved.sampledAt };
    const believed = machine >= saved.trusted && machine - saved.trusted <= absurdMs;
    // Time that the machine's clock counted across a reboot was never compared with the CMS: held, not synced.
    const sampledAt = saved.sampledAt === null ? null : Math.min(saved.sampledAt, saved.trusted - freshMs - 1);
    return {
      monotonic,
      trusted: believed ? machine : saved.trusted,
      sampledAt: sampledAt === null ? null : Math.max(0, sampledAt),
    };
  }
}
