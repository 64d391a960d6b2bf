/** Takeovers as the list shows them, a page at a time. */
import { takeovers, type TakeoverView } from '../../../../../shared/protocol/api/takeovers.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { queryOf, usePages, type Page, type Pages } from '../../lib/pages.svelte.ts';
import type { DeliveryState } from './words.ts';

/** '' and null: not asked. */
export interface TakeoverFilter {
  readonly status: TakeoverView['status'] | '';
  readonly level: string;
  readonly delivery: DeliveryState | '';
  readonly who: string;
  /** Raised in [from, to), ms UTC. */
  readonly from: number | null;
  readonly to: number | null;
}

export const emptyFilter: TakeoverFilter = { status: '', level: '', delivery: '', who: '', from: null, to: null };

export const isFiltered = (filter: TakeoverFilter): boolean =>
  Object.values(filter).some((value) => value !== '' && value !== null);

export function useTakeovers(filter: () => TakeoverFilter): Pages<Page<TakeoverView>> {
  const app = useApp();
  return usePages(async (cursor, signal) => {
    const query = queryOf({ ...filter(), cursor });
    const { takeovers: items, next } = await app.api.get(`/api/takeovers${query}`, takeovers, signal);
    return { items, next };
  });
}
