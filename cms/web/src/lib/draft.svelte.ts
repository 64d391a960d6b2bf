/** Something being edited: its value now, and whether that is what was last saved. */
export class Draft<T> {
  value: T = $state() as T;
  #saved = $state('');

  constructor(initial: T) {
    this.value = initial;
    this.#saved = JSON.stringify(initial);
  }

  get dirty(): boolean {
    return JSON.stringify(this.value) !== this.#saved;
  }
  /** A plain copy, for sending. */
  get plain(): T {
    return $state.snapshot(this.value) as T;
  }
  /** Begins anew from what is now saved. */
  reset(value: T): void {
    this.value = value;
    this.#saved = JSON.stringify(value);
  }
}
