/** Notices in lists: what they are, without their content. */
import { SvelteMap } from 'svelte/reactivity';
import { notices, type NoticeRow, type NoticeState } from '../../../../../shared/protocol/api/content.ts';
import type { Api } from '../../lib/api.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { queryOf, usePages, type FoundPage, type Pages } from '../../lib/pages.svelte.ts';

export interface NoticeFilter {
  readonly q: string;
  readonly category: string;
  /** usable: those that boards may be given. */
  readonly show?: Show | 'usable' | '';
}

/** Notices in one state, those that wait for this person's decision, or those off all boards. */
export type Show = NoticeState | 'toDecide' | 'takenDown';

function queryOfShow(show: Show | 'usable' | ''): Record<string, string> {
  if (show === 'usable') return { state: 'approved', takenDown: 'false' };
  return show === 'toDecide' || show === 'takenDown' ? { [show]: 'true' } : { state: show };
}

/** Those that fit, the newest edit first. */
export function useNotices(filter: () => NoticeFilter): Pages<FoundPage<NoticeRow>> {
  const app = useApp();
  return usePages(async (cursor, signal) => {
    const { q: typed, category, show = '' } = filter();
    const q = typed.trim().slice(0, 300);
    const path = `/api/notices${queryOf({ q, category, ...queryOfShow(show), cursor })}`;
    const { notices: items, next, total } = await app.api.get(path, notices, signal);
    return { items, next, total, filtered: q !== '' || category !== '' || show !== '' };
  });
}

/** More are asked for in as many requests as that takes. */
const idsPerRequest = 100;

/** Those of the ids that are in sight. */
export async function noticesById(api: Api, ids: readonly string[], signal?: AbortSignal): Promise<NoticeRow[]> {
  const wanted = [...new Set(ids)];
  const found: NoticeRow[] = [];
  for (let i = 0; i < wanted.length; i += idsPerRequest) {
    const query = queryOf({ ids: wanted.slice(i, i + idsPerRequest).join(','), limit: idsPerRequest });
    found.push(...(await api.get(`/api/notices${query}`, notices, signal)).notices);
  }
  return found;
}

/** Notices by their ids, for whatever names them. */
export class KnownNotices {
  readonly #api: Api;
  readonly #rows = new SvelteMap<string, NoticeRow>();
  /** Also those that there are not: they are asked for once. */
  readonly #asked = new Set<string>();

  constructor(api: Api, known: readonly NoticeRow[]) {
    this.#api = api;
    this.put(known);
  }

  get(id: string): NoticeRow | undefined {
    return this.#rows.get(id);
  }

  put(rows: readonly NoticeRow[]): void {
    for (const row of rows) {
      this.#asked.add(row.id);
      this.#rows.set(row.id, row);
    }
  }

  /** Asks for those that nobody has asked for yet. What cannot be loaded now is asked for again with the next. */
  async need(ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !this.#asked.has(id));
    if (unknown.length === 0) return;
    for (const id of unknown) this.#asked.add(id);
    try {
      this.put(await noticesById(this.#api, unknown));
    } catch {
      for (const id of unknown) this.#asked.delete(id);
    }
  }
}
