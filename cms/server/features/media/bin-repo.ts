import type { Db, Tx } from '../../store/store.ts';
import type { MediaRow } from './repo.ts';

/** In the recycle bin. */
export async function findDeleted(db: Db | Tx, id: string): Promise<MediaRow | null> {
  return (
    (await db
      .selectFrom('media')
      .selectAll()
      .where('id', '=', id)
      .where('deleted_at', 'is not', null)
      .where('purged_at', 'is', null)
      .executeTakeFirst()) ?? null
  );
}

/** @returns false when somebody deleted it before */
export async function markDeleted(
  tx: Tx,
  id: string,
  marks: Pick<MediaRow, 'deleted_at' | 'deleted_by' | 'purged_at'>,
): Promise<boolean> {
  const done = await tx
    .updateTable('media')
    .set(marks)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** @returns false when it is no longer in the recycle bin */
export async function markRestored(tx: Tx, id: string): Promise<boolean> {
  const done = await tx
    .updateTable('media')
    .set({ deleted_at: null, deleted_by: null })
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .where('purged_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

export type DueRow = Pick<MediaRow, 'id' | 'unit_id' | 'name' | 'hash' | 'poster_hash'>;

/** Deleted before `before` (ms UTC), the longest ago first. */
export async function findDue(db: Db | Tx, before: number): Promise<DueRow[]> {
  return db
    .selectFrom('media')
    .select(['id', 'unit_id', 'name', 'hash', 'poster_hash'])
    .where('deleted_at', '<=', before)
    .where('purged_at', 'is', null)
    .orderBy('deleted_at')
    .orderBy('id')
    .execute();
}

/** The files of a content: itself, its poster and its smaller renditions. */
export async function findFilesOf(db: Db | Tx, row: Pick<MediaRow, 'hash' | 'poster_hash'>): Promise<string[]> {
  const smaller =
    row.hash === null
      ? []
      : await db.selectFrom('asset_renditions').select('rendition').where('asset', '=', row.hash).execute();
  const all = [row.hash, row.poster_hash, ...smaller.map(({ rendition }) => rendition)];
  return [...new Set(all.filter((hash) => hash !== null))];
}

/** The row stays, as the name of what records speak of. @returns false when it was taken out of the bin meanwhile */
export async function markPurged(tx: Tx, id: string, before: number, now: number): Promise<boolean> {
  const done = await tx
    .updateTable('media')
    .set({ purged_at: now })
    .where('id', '=', id)
    .where('deleted_at', '<=', before)
    .where('purged_at', 'is', null)
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) return false;
  await tx.deleteFrom('media_tags').where('media_id', '=', id).execute();
  return true;
}

/** Removes an asset's row unless some file, in the library or in the bin, still needs it. @returns whether it is gone */
export async function deleteAssetIfUnused(tx: Tx, hash: string): Promise<boolean> {
  const holder = await tx
    .selectFrom('media')
    .select('id')
    .where((eb) => eb.or([eb('hash', '=', hash), eb('poster_hash', '=', hash)]))
    .where('purged_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (holder) return false;
  // Itself a rendition of something that stays.
  const larger = await tx
    .selectFrom('asset_renditions')
    .innerJoin('media', 'media.hash', 'asset_renditions.asset')
    .select('asset')
    .where('rendition', '=', hash)
    .where('media.purged_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (larger) return false;
  await tx
    .deleteFrom('asset_renditions')
    .where((eb) => eb.or([eb('asset', '=', hash), eb('rendition', '=', hash)]))
    .execute();
  await tx.deleteFrom('assets').where('hash', '=', hash).execute();
  return true;
}
