/** What something was before its last changes. */

/** More steps back than anybody remembers. */
const mostSteps = 100;

export class Undo<T> {
  #past = $state.raw<readonly T[]>([]);
  /** What the last remembered change was. */
  #what: string | null = null;

  get possible(): boolean {
    return this.#past.length > 0;
  }

  /**
   * @param value what it is before the change
   * @param what typing on in one field is one change: the same `what` again is not remembered
   */
  remember(value: T, what: string | null = null): void {
    if (what !== null && what === this.#what) return;
    this.#what = what;
    this.#past = [...this.#past, value].slice(-mostSteps);
  }

  /** @returns what it was, or undefined when nothing is remembered */
  back(): T | undefined {
    const value = this.#past.at(-1);
    this.#past = this.#past.slice(0, -1);
    this.#what = null;
    return value;
  }

  clear(): void {
    this.#past = [];
    this.#what = null;
  }
}
