/** The recycle bin's list, and the way into it. */
import type { z } from 'zod';
import { bin, type BinKind, type BinRow } from '../../../../../shared/protocol/api/bin.ts';
import type { App } from '../../lib/app.svelte.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { explain } from '../../lib/errors.ts';
import { queryOf, usePages, type FoundPage, type Pages } from '../../lib/pages.svelte.ts';
import { m } from '../../paraglide/messages.js';

/** Those that fit, the last deleted first. */
export function useBin(filter: () => { kind: BinKind; q: string; unitId: string }): Pages<FoundPage<BinRow>> {
  const app = useApp();
  return usePages(async (cursor, signal) => {
    const { kind, q: typed, unitId } = filter();
    const q = typed.trim().slice(0, 300);
    const {
      rows: items,
      next,
      total,
    } = await app.api.get(`/api/bin${queryOf({ kind, q, unitId, cursor })}`, bin, signal);
    return { items, next, total, filtered: q !== '' || unitId !== '' };
  });
}

/**
 * Deletes what has an address of its own, and offers to take it back.
 * @param thing.path its address at the CMS
 * @param restored what follows when it is back
 * @throws what the CMS refuses
 */
export async function removeToBin<T>(
  app: App,
  { path, revision, name, schema }: { path: string; revision: number; name: string; schema: z.ZodType<T> },
  restored: () => void,
): Promise<void> {
  await app.api.remove(`${path}?revision=${revision}`);
  const back = (): void => {
    app.api.post(`${path}/restore`, schema).then(restored, (error: unknown) => app.toasts.bad(explain(error)));
  };
  app.toasts.good(m.bin_moved({ name }), back, path);
}
