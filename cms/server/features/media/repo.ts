import type { Insertable, Selectable } from 'kysely';
import type { MediaErrorCode } from '../../jobs/media-errors.ts';
import { ladder } from '../../jobs/media-ladder.ts';
import type { MadeFile, MediaResult } from '../../jobs/media-messages.ts';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type MediaRow = Selectable<Database['media']>;
export type AssetRow = Selectable<Database['assets']>;
export type NewAsset = Insertable<Database['assets']>;

export async function insertMedia(tx: Tx, row: MediaRow): Promise<void> {
  await tx.insertInto('media').values(row).execute();
}

export async function findMedia(db: Db | Tx, id: string): Promise<MediaRow | null> {
  return (
    (await db
      .selectFrom('media')
      .selectAll()
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()) ?? null
  );
}

/** As `findMedia`, and until the transaction ends nobody else changes or deletes it. */
export async function holdMedia(tx: Tx, id: string): Promise<MediaRow | null> {
  return (
    (await tx
      .selectFrom('media')
      .selectAll()
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()) ?? null
  );
}

/** Deleted ones too. */
export async function mediaExists(db: Db | Tx, id: string): Promise<boolean> {
  return (await db.selectFrom('media').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

export async function findProcessing(db: Db | Tx): Promise<MediaRow[]> {
  return db
    .selectFrom('media')
    .selectAll()
    .where('state', '=', 'processing')
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** Units that hold a ready, undeleted file with this content. */
export async function unitsHolding(db: Db | Tx, hash: string): Promise<string[]> {
  const rows = await db
    .selectFrom('media')
    .select('unit_id')
    .where('hash', '=', hash)
    .where('state', '=', 'ready')
    .where('deleted_at', 'is', null)
    .execute();
  return rows.map((row) => row.unit_id);
}

export async function markFailed(tx: Tx, id: string, code: MediaErrorCode): Promise<void> {
  await tx
    .updateTable('media')
    .set({ state: 'failed', error_code: code })
    .where('id', '=', id)
    .where('state', '=', 'processing')
    .execute();
}

/** @returns false when it was deleted meanwhile */
export async function markReady(
  tx: Tx,
  id: string,
  made: Pick<MediaRow, 'kind' | 'hash' | 'size' | 'media_type' | 'width' | 'height' | 'duration_ms' | 'poster_hash'>,
): Promise<boolean> {
  const done = await tx
    .updateTable('media')
    .set({ ...made, state: 'ready', error_code: null })
    .where('id', '=', id)
    .where('state', '=', 'processing')
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

export const assetRow = (made: MadeFile, now: number): NewAsset => ({
  hash: made.hash,
  size: made.size,
  media_type: made.mediaType,
  width: made.width,
  height: made.height,
  duration_ms: made.durationMs,
  created_at: now,
});

export async function insertAsset(tx: Tx, row: NewAsset): Promise<void> {
  await tx
    .insertInto('assets')
    .values(row)
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
}

/** Says that these, assets already, are smaller copies of an asset: its list of sizes of that number. Older copies stay: boards may play them. */
export async function setSmaller(tx: Tx, asset: string, copies: readonly string[], ladder: number): Promise<void> {
  if (copies.length > 0)
    await tx
      .insertInto('asset_renditions')
      .values(copies.map((rendition) => ({ asset, rendition })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  await tx.updateTable('assets').set({ ladder }).where('hash', '=', asset).execute();
}

/** Names all files of a result, which are in place. */
export async function insertResult(
  tx: Tx,
  { rendition, poster, smaller }: Omit<MediaResult, 'kind'>,
  now: number,
): Promise<void> {
  for (const made of [rendition, poster, ...smaller]) await insertAsset(tx, assetRow(made, now));
  const copies = smaller.map(({ hash }) => hash);
  await setSmaller(tx, rendition.hash, copies, ladder);
}

export type SmallerRow = Pick<AssetRow, 'hash' | 'size' | 'media_type' | 'width' | 'height'> & {
  readonly asset: string;
};

/** The smaller copies of these assets. */
export async function findSmaller(db: Db | Tx, hashes: readonly string[]): Promise<SmallerRow[]> {
  return inChunks(hashes, (chunk) =>
    db
      .selectFrom('asset_renditions')
      .innerJoin('assets', 'assets.hash', 'asset_renditions.rendition')
      .select([
        'asset_renditions.asset',
        'assets.hash',
        'assets.size',
        'assets.media_type',
        'assets.width',
        'assets.height',
      ])
      .where('asset_renditions.asset', 'in', chunk)
      .execute(),
  );
}

/** What the library holds in other sizes than those of this number, the newest first. */
export async function findOtherLadder(db: Db | Tx, ladder: number): Promise<AssetRow[]> {
  return db
    .selectFrom('assets')
    .selectAll()
    .where('ladder', '<>', ladder)
    .where('hash', 'in', (eb) =>
      eb
        .selectFrom('media')
        .select(({ ref }) => ref('media.hash').$notNull().as('hash'))
        .where('state', '=', 'ready')
        .where('deleted_at', 'is', null)
        .where('media.hash', 'is not', null),
    )
    .orderBy('created_at', 'desc')
    .orderBy('hash')
    .execute();
}

export async function findAsset(db: Db | Tx, hash: string): Promise<AssetRow | null> {
  return (await db.selectFrom('assets').selectAll().where('hash', '=', hash).executeTakeFirst()) ?? null;
}

export async function findAssets(db: Db | Tx, hashes: readonly string[]): Promise<AssetRow[]> {
  return inChunks(hashes, (chunk) => db.selectFrom('assets').selectAll().where('hash', 'in', chunk).execute());
}

/** Pictures of files, by the file's hash. */
export async function findPosters(db: Db | Tx, hashes: readonly string[]): Promise<Map<string, string>> {
  const rows = await inChunks(hashes, (chunk) =>
    db
      .selectFrom('media')
      .select(['hash', 'poster_hash'])
      .where('hash', 'in', chunk)
      .where('poster_hash', 'is not', null)
      .execute(),
  );
  return new Map(rows.map((row) => [row.hash ?? '', row.poster_hash ?? '']));
}
