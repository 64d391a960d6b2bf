/** Waiting in tests for something that another party does: looked at whenever it does anything, and never for ever. */
import { EventEmitter } from 'node:events';

/** Longest wait of a test, ms: what has not come by then does not come. */
const testPatienceMs = 60_000;

export class Changes {
  readonly #patienceMs: number;
  readonly #emitter = new EventEmitter().setMaxListeners(100);

  constructor(patienceMs = testPatienceMs) {
    this.#patienceMs = patienceMs;
  }

  /** Something has changed: whoever waits looks again. */
  tell(): void {
    this.#emitter.emit('change');
  }

  /** Resolves as soon as `condition` gives something. @throws Error with the condition and what `seen` says, when that takes too long */
  async until<T>(condition: () => T | undefined | null | false, seen: () => unknown): Promise<T> {
    const late = AbortSignal.timeout(this.#patienceMs);
    const what = `Not within ${this.#patienceMs} ms: ${String(condition)}`;
    for (;;) {
      const value = condition();
      if (value) return value;
      if (late.aborted) throw new Error(`${what}\n${JSON.stringify(seen())}`);
      await new Promise<void>((resolve) => {
        const look = () => {
          this.#emitter.off('change', look);
          late.removeEventListener('abort', look);
          resolve();
        };
        this.#emitter.on('change', look);
        late.addEventListener('abort', look);
      });
    }
  }
}
