/** Something that is loaded from the CMS and shown: its data, or why there is none. */
import { untrack } from 'svelte';
import { AppError } from '../../../../shared/util/errors.ts';
import { useApp } from './app.svelte.ts';

export class Resource<T> {
  data = $state.raw<T | null>(null);
  error = $state.raw<AppError | null>(null);
  loading = $state(true);
  #load: (signal: AbortSignal) => Promise<T>;
  #running: AbortController | null = null;
  /** There was news while an answer was on its way. */
  #again = false;

  constructor(load: (signal: AbortSignal) => Promise<T>) {
    this.#load = load;
  }

  /** Loads again. What is shown stays until the answer is there; an answer that was overtaken is dropped. */
  async reload(): Promise<void> {
    this.#running?.abort();
    const run = new AbortController();
    this.#running = run;
    this.loading = true;
    try {
      const data = await this.#load(run.signal);
      if (run.signal.aborted) return;
      this.data = data;
      this.error = null;
    } catch (error) {
      if (run.signal.aborted) return;
      this.error = error instanceof AppError ? error : new AppError('page_failed', String(error), { cause: error });
    }
    this.loading = false;
    if (!this.#again) return;
    this.#again = false;
    await this.reload();
  }

  /** There is news: loads again; while one answer is on its way, once more afterwards, so that answers come however much news does. */
  async refresh(): Promise<void> {
    if (this.loading) this.#again = true;
    else await this.reload();
  }

  stop(): void {
    this.#again = false;
    this.#running?.abort();
  }
}

/**
 * A resource that lives with the component: loaded at once, and again whenever what `load` reads before its first
 * `await` changes.
 */
export function useResource<T>(load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const { live } = useApp();
  const resource = new Resource(load);
  $effect(() => {
    void resource.reload();
    return () => untrack(() => resource.stop());
  });
  // What could not be loaded while the CMS was away is loaded when it is back.
  $effect(() => live.onReturn(() => resource.error && void resource.reload()));
  return resource;
}
