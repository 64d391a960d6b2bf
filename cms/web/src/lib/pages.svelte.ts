/** A list that is loaded page by page: the first at once, more when asked for. */
import { untrack } from 'svelte';
import { explain } from './errors.ts';
import { useResource, type Resource } from './resource.svelte.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the following ones begin; null when there are none. */
  readonly next: string | null;
}

/** A page of what was searched for. */
export interface FoundPage<T> extends Page<T> {
  readonly items: readonly T[];
  /** Of all pages. */
  readonly total: number;
  /** Not everything was asked for: that nothing was found does not mean that there is nothing. */
  readonly filtered: boolean;
}

export class Pages<P extends Page<unknown>> {
  readonly resource: Resource<P>;
  /** More is on its way. */
  busy = $state(false);
  /** Why more could not be loaded. */
  error = $state<string | null>(null);
  #load: (cursor: string | null, signal?: AbortSignal) => Promise<P>;
  readonly #keep: (rows: number) => void;
  /** There was news while more was on its way. */
  #stale = false;

  /** @param keep says how many rows the resource is to load when it loads next */
  constructor(
    resource: Resource<P>,
    load: (cursor: string | null, signal?: AbortSignal) => Promise<P>,
    keep: (rows: number) => void,
  ) {
    this.resource = resource;
    this.#load = load;
    this.#keep = keep;
  }

  /** There is news: loads again as much as is shown. */
  async refresh(): Promise<void> {
    this.#stale = this.busy;
    if (this.busy) return;
    this.#keep(this.resource.data?.items.length ?? 0);
    await this.resource.refresh();
  }

  /** Adds the next page to what is shown. A list that was loaded anew meanwhile stays as it is. */
  async more(): Promise<void> {
    const shown = this.resource.data;
    if (this.busy || !shown || shown.next === null) return;
    this.busy = true;
    this.error = null;
    try {
      const next = await this.#load(shown.next);
      if (this.resource.data === shown) this.resource.data = { ...next, items: [...shown.items, ...next.items] } as P;
    } catch (error) {
      this.error = explain(error);
    }
    this.busy = false;
    if (this.#stale) await this.refresh();
  }
}

/** Lives with the component; loaded anew whenever what `load` reads before its first `await` changes. */
export function usePages<P extends Page<unknown>>(
  load: (cursor: string | null, signal?: AbortSignal) => Promise<P>,
): Pages<P> {
  let rows = 0;
  const resource = useResource(async (signal) => {
    const wanted = rows;
    rows = 0;
    let all = await load(null, signal);
    while (all.items.length < wanted && all.next !== null) {
      const next = await load(all.next, signal);
      all = { ...next, items: [...all.items, ...next.items] };
    }
    return all;
  });
  return untrack(() => new Pages(resource, load, (wanted) => (rows = wanted)));
}

/** Every row of a list, for what needs them all: page after page. */
export async function allPages<T>(load: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ;) {
    const page: Page<T> = await load(cursor);
    all.push(...page.items);
    if (page.next === null) return all;
    cursor = page.next;
  }
}

/** The query of a list: what is not '' of it, as `?a=b&c=d`. */
export function queryOf(fields: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(fields).filter(([, value]) => value != null && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
}

/** A text as it was a moment ago: what is typed is asked for when the typing pauses. */
export function useSettled(read: () => string, waitMs = 250): { readonly value: string } {
  let value = $state(read());
  $effect(() => {
    const now = read();
    const timer = setTimeout(() => {
      value = now;
    }, waitMs);
    return () => clearTimeout(timer);
  });
  return {
    get value() {
      return value;
    },
  };
}
