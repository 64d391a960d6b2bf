/** Into the recycle bin and out of it: what people edit is marked as deleted, and stays. */
import type { ExpressionBuilder } from 'kysely';
import type { Database } from './schema.ts';
import type { Tx } from './store.ts';

type BinnedTable = 'notices' | 'playlists' | 'schedule_entries';

/** Notices that are not deleted, and with `since` (ms UTC) those that were deleted then or later: they can be restored. */
export const standing = (since: number | null) => (eb: ExpressionBuilder<Database, 'notices'>) =>
  eb.or([eb('deleted_at', 'is', null), ...(since === null ? [] : [eb('deleted_at', '>=', since)])]);

/** Waits for whoever holds the row. @returns false when somebody deleted it before, or edited it since `revision` */
export async function putIntoBin(
  tx: Tx,
  table: BinnedTable,
  id: string,
  { revision, by, now }: { revision: number | undefined; by: string; now: number },
): Promise<boolean> {
  const done = await tx
    .updateTable(table as 'playlists')
    .set({ deleted_at: now, deleted_by: by })
    .where('id', '=', id)
    .$if(revision !== undefined, (query) => query.where('revision', '=', revision!))
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** @returns false when it is not in the bin any more */
export async function takeOutOfBin(tx: Tx, table: BinnedTable, id: string): Promise<boolean> {
  const done = await tx
    .updateTable(table as 'playlists')
    .set({ deleted_at: null, deleted_by: null })
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}
