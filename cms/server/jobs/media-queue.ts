/** One media job of a kind at a time: a CMS is a small machine, and whoever waits sees the progress of the one that runs. */
export class MediaQueue {
  #last: Promise<void> = Promise.resolve();
  readonly #aborters = new Map<string, AbortController>();

  /** Runs `work` when all before it are done, also when it was aborted meanwhile: `work` looks at its signal. */
  add<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const aborter = new AbortController();
    this.#aborters.set(id, aborter);
    const done = this.#last.then(() => work(aborter.signal));
    this.#last = done.then(
      () => void this.#aborters.delete(id),
      () => void this.#aborters.delete(id),
    );
    return done;
  }

  has(id: string): boolean {
    return this.#aborters.has(id);
  }

  /** Stops a job that waits or runs. */
  abort(id: string, reason: Error): void {
    this.#aborters.get(id)?.abort(reason);
  }

  abortAll(reason: Error): void {
    for (const aborter of this.#aborters.values()) aborter.abort(reason);
  }

  /** When nothing waits or runs. */
  async idle(): Promise<void> {
    let seen: Promise<void>;
    do {
      seen = this.#last;
      await seen;
    } while (seen !== this.#last);
  }
}
