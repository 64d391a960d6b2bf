/**
 * How fast this machine's monotonic time runs by the CMS's clock: quartz is off by up to a hundred millionths, a third of a second an
 * hour, by which two boards beside one another would be apart. Measured between samples that are far enough from one another.
 */
import { z } from 'zod';

/** No quartz is off by more. A difference that is larger is none of rate. */
const mostRate = 500e-6;
/** A measurement that leaves more in doubt is none. */
const mostDoubt = 50e-6;
/** So much is it less certain after each sample: it changes with the temperature. */
const forgetting = 1e-6;
/** After so long another sample is the first, ms. */
const longestSpanMs = 6 * 3_600_000;
/** Times in answers are whole ms. */
const roundingMs = 1;

export const savedRate = z.strictObject({
  value: z.number().min(-mostRate).max(mostRate),
  doubt: z.number().min(0).max(mostDoubt),
});

interface Sample {
  /** The CMS's clock at `monotonic`, if the answer took as long as the question, ms. */
  readonly estimate: number;
  readonly monotonic: number;
  /** Question and answer together, ms. */
  readonly trip: number;
}

export class ClockRate {
  #measured: z.infer<typeof savedRate>;
  #first: Sample | null = null;
  #last: Sample | null = null;
  /** The shortest trip since the first sample, ms. */
  #quickest = 0;

  /** @param saved null: never measured, or not known */
  constructor(saved: z.infer<typeof savedRate> | null) {
    this.#measured = saved ?? { value: 0, doubt: mostDoubt };
  }

  /** CMS ms per ms of this machine, less one. */
  get value(): number {
    return this.#measured.value;
  }

  /** What is kept over a restart. */
  get saved(): z.infer<typeof savedRate> {
    return this.#measured;
  }

  /** By how much a sample may be off for having taken longer than others on the same line, ms. Of the first on it, anything is possible. */
  slackOf(trip: number): number {
    return Math.max(0, trip - this.#quickest) / 2;
  }

  take(sample: Sample): void {
    const first = this.#first;
    this.#quickest = first ? Math.min(this.#quickest, sample.trip) : sample.trip;
    if (first === null) return this.#begin(sample);
    if (this.#isStep(sample)) {
      // Step after step, it is the rate that is wrong.
      this.#measured = { ...this.#measured, doubt: Math.min(mostDoubt, this.#measured.doubt + mostDoubt / 3) };
      return this.#begin(sample);
    }
    this.#last = sample;
    const span = sample.monotonic - first.monotonic;
    const value = (sample.estimate - first.estimate) / span - 1;
    const doubt = (this.slackOf(first.trip) + this.slackOf(sample.trip) + roundingMs) / span;
    const believed = Math.min(mostDoubt, this.#measured.doubt + forgetting);
    this.#measured =
      doubt <= believed && Math.abs(value) <= mostRate ? { value, doubt } : { ...this.#measured, doubt: believed };
    if (span > longestSpanMs && doubt <= believed) this.#begin(sample);
  }

  /** Another time was set at the CMS or here since the sample before: that is no rate. */
  #isStep(sample: Sample): boolean {
    const last = this.#last!;
    const span = sample.monotonic - last.monotonic;
    const off = Math.abs(sample.estimate - last.estimate - span * (1 + this.value));
    const known = this.#measured.doubt < mostDoubt;
    const possible = this.slackOf(last.trip) + this.slackOf(sample.trip) + roundingMs;
    return span <= 0 || off > possible + span * (known ? mostDoubt : mostRate);
  }

  #begin(sample: Sample): void {
    this.#first = sample;
    this.#last = sample;
    this.#quickest = sample.trip;
  }
}
