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
  /** `sent` is saved, as `saved`. What has been written since it was sent stays, and is not saved yet. */
  settle(sent: T, saved: T): void {
    if (JSON.stringify(this.value) === JSON.stringify(sent)) this.value = saved;
    this.#saved = JSON.stringify(saved);
  }
  /** What is written is wanted no more: nothing is left to lose. */
  abandon(): void {
    this.#saved = JSON.stringify(this.value);
  }
  /** Begins anew from what is now saved. */
  reset(value: T): void {
    this.value = value;
    this.#saved = JSON.stringify(value);
  }
}
