/** The library page's list: searched and sorted by the CMS, page by page, kept up to date while the component lives. */
import { untrack } from 'svelte';
import {
  media as mediaSchema,
  mediaList,
  mediaTags,
  type Media,
  type MediaQuery,
  type MediaTag,
} from '../../../../../shared/protocol/api/media.ts';
import { AppError } from '../../../../../shared/util/errors.ts';
import type { Api } from '../../lib/api.ts';
import { useApp } from '../../lib/app.svelte.ts';

const pageSize = 60;
/** How long a person may go on typing before the CMS is asked, ms. */
const typingMs = 250;

const kinds = ['all', 'image', 'video', 'page'] as const;

export class MediaLibrary {
  q = $state('');
  /** Pictures of documents' pages, mostly used by nobody, have a kind of their own in the library; in the bin they are pictures. */
  kind = $state<(typeof kinds)[number]>('all');
  tag = $state('');
  unitId = $state('');
  sort = $state<MediaQuery['sort']>('newest');

  items = $state.raw<Media[]>([]);
  /** Of all pages; null until the first answer. */
  total = $state<number | null>(null);
  next = $state<string | null>(null);
  loading = $state(true);
  error = $state.raw<AppError | null>(null);
  tags = $state.raw<MediaTag[]>([]);
  /** The recycle bin instead of the library. */
  readonly bin: boolean;
  readonly #api: Api;
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, bin: boolean) {
    this.#api = api;
    this.bin = bin;
  }

  get kinds(): readonly (typeof kinds)[number][] {
    return kinds.filter((kind) => !this.bin || kind !== 'page');
  }

  get filtered(): boolean {
    return this.q.trim() !== '' || this.kind !== 'all' || this.tag !== '' || this.unitId !== '';
  }

  clearFilters(): void {
    this.q = '';
    this.kind = 'all';
    this.tag = '';
    this.unitId = '';
  }

  /** The list's address, and by being read what the list depends on. */
  path(limit: number, cursor: string | null): string {
    const query = new URLSearchParams({ sort: this.sort, limit: String(limit) });
    if (this.bin) query.set('bin', 'true');
    if (this.q.trim() !== '') query.set('q', this.q.trim().slice(0, 300));
    if (!this.bin) query.set('pages', this.kind === 'page' ? 'only' : 'without');
    if (this.kind === 'image' || this.kind === 'video') query.set('kind', this.kind);
    if (this.tag !== '') query.set('tag', this.tag);
    if (this.unitId !== '') query.set('unitId', this.unitId);
    if (cursor !== null) query.set('cursor', cursor);
    return `/api/media?${query.toString()}`;
  }

  /** Loads from the start, as much as is shown already. */
  async reload(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#load(Math.min(200, Math.max(pageSize, this.items.length)), null);
  }

  /** As `reload`, once for many calls. */
  reloadSoon(ms = typingMs): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.reload(), ms);
  }

  async more(): Promise<void> {
    if (this.next !== null && !this.loading) await this.#load(pageSize, this.next);
  }

  async #load(limit: number, cursor: string | null): Promise<void> {
    this.#running?.abort();
    const run = new AbortController();
    this.#running = run;
    this.loading = true;
    try {
      const page = await this.#api.get(this.path(limit, cursor), mediaList, run.signal);
      if (run.signal.aborted) return;
      const known = new Set(cursor === null ? [] : this.items.map((item) => item.id));
      this.items = cursor === null ? page.media : [...this.items, ...page.media.filter((item) => !known.has(item.id))];
      this.next = page.next;
      this.total = page.total;
      this.error = null;
    } catch (error) {
      if (run.signal.aborted) return;
      this.error = error instanceof AppError ? error : new AppError('page_failed', String(error), { cause: error });
    }
    this.loading = false;
  }

  async loadTags(): Promise<void> {
    // Suggestions: without them everything still works, and the list says what is wrong.
    this.tags = await this.#api.get('/api/media/tags', mediaTags).then(
      ({ tags }) => tags,
      () => this.tags,
    );
  }

  /** Something became of a file. One that is shown changes in its place; a new one takes its own. */
  async refresh(id: string): Promise<void> {
    // In the bin nothing is looked at one by one.
    if (this.bin || !this.items.some((item) => item.id === id)) return this.reloadSoon();
    try {
      this.put(await this.#api.get(`/api/media/${id}`, mediaSchema));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Anything else shows at the next load of the list.
      if (error.status === 404) this.take([id]);
    }
  }

  put(item: Media): void {
    this.items = this.items.map((known) => (known.id === item.id ? item : known));
  }

  /** Takes files out of the list that are no longer there. */
  take(ids: readonly string[]): void {
    const left = this.items.filter((item) => !ids.includes(item.id));
    if (this.total !== null) this.total -= this.items.length - left.length;
    this.items = left;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }
}

export function useLibrary({ bin = false }: { bin?: boolean } = {}): MediaLibrary {
  const app = useApp();
  const library = new MediaLibrary(app.api, bin);
  let begun = false;
  $effect(() => {
    library.path(0, null);
    untrack(() => {
      // Another question: what was unrolled of the last answer is rolled up.
      library.items = begun ? library.items.slice(0, pageSize) : [];
      if (begun) library.reloadSoon();
      else void library.reload();
      begun = true;
    });
  });
  $effect(() => {
    untrack(() => void library.loadTags());
    const ends = [
      app.live.on('mediaChangedV1', ({ mediaId }) => untrack(() => void library.refresh(mediaId))),
      app.live.onReturn(() => void library.reload()),
      () => library.stop(),
    ];
    return () => {
      for (const end of ends) end();
    };
  });
  return library;
}
