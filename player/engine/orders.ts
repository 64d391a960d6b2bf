/** What commands have set on this board for good: the content's source cut, how loud it is. On the disk, until it is paired anew. */
import { z } from 'zod';
import type { Programme } from '../../shared/protocol/programme.ts';
import type { Store } from './store.ts';

const shape = z.object({ cut: z.boolean(), volume: z.int().min(0).max(100) });
export type Orders = z.infer<typeof shape>;

const none: Orders = { cut: false, volume: 100 };

export const readOrders = (store: Store): Orders => store.readMeta('orders', shape) ?? none;

/** null: as if nothing had been ordered. */
export function writeOrders(store: Store, orders: Orders | null): Orders {
  store.writeMeta('orders', orders);
  return orders ?? none;
}

/**
 * A programme whose source is cut: nothing of what it brings is shown but the standby slide, which says whose board it is. It goes on
 * being fetched, so that a restored source is the newest; alerts are no part of it.
 */
export const withoutContent = (programme: Programme): Programme => ({
  ...programme,
  defaultPlaylistId: null,
  entries: [],
  obligations: [],
});
