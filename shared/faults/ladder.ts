/** Climbs the steps of a fault's row: what to do now, and the next time something harder, until it has been quiet for long enough. */
import type { FaultRow, Step } from './table.ts';

export class Ladder {
  readonly #row: Pick<FaultRow, 'steps' | 'anewMs' | 'lastAgain'>;
  #taken = 0;
  #lastAt = -Infinity;

  constructor(row: Pick<FaultRow, 'steps' | 'anewMs' | 'lastAgain'>) {
    this.#row = row;
  }

  /**
   * The fault is there (again).
   * @param now ms on a clock of the caller's that does not jump
   * @returns null: every step has been taken, and none of them is due again yet
   */
  climb(now: number): Step | null {
    const { steps, anewMs, lastAgain } = this.#row;
    if (now - this.#lastAt >= anewMs) this.#taken = 0;
    const step = steps[this.#taken] ?? (lastAgain ? steps.at(-1) : undefined);
    if (step === undefined) return null;
    this.#taken = Math.min(this.#taken + 1, steps.length);
    this.#lastAt = now + step.waitMs;
    return step;
  }

  /** What was wrong is right again. */
  reset(): void {
    this.#taken = 0;
    this.#lastAt = -Infinity;
  }
}
