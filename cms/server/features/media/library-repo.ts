import { sql, type ExpressionBuilder, type SqlBool, type Expression } from 'kysely';
import { inChunks } from '../../store/chunks.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { MediaRow } from './repo.ts';
import { inOrder, type Place, type Sort } from './search.ts';

export interface MediaFilter {
  readonly unitIds: readonly string[];
  /** Folded words, each of which must be in the row's; letters and figures only, so nothing in them means anything to LIKE. */
  readonly words: readonly string[];
  readonly kind: MediaRow['kind'] | null;
  /** Pictures of documents' pages: without them, or nothing else. */
  readonly pages: 'without' | 'only' | null;
  /** A folded tag. */
  readonly tag: string | null;
  readonly hash: string | null;
  /** The recycle bin instead of the library. */
  readonly bin: boolean;
}

type Conditions = (eb: ExpressionBuilder<Database, 'media'>) => Expression<SqlBool>;

const conditions =
  ({ words, kind, pages, tag, hash, bin }: MediaFilter, unitIds: readonly string[]): Conditions =>
  (eb) => {
    const isPage = eb.exists(eb.selectFrom('document_pages').select('media_id').whereRef('media_id', '=', 'media.id'));
    return eb.and([
      eb('unit_id', 'in', unitIds),
      eb('deleted_at', bin ? 'is not' : 'is', null),
      eb('purged_at', 'is', null),
      ...words.map((word) => eb('folded', 'like', `%${word}%`)),
      ...(kind === null ? [] : [eb('kind', '=', kind)]),
      ...(pages === null ? [] : [pages === 'only' ? isPage : eb.not(isPage)]),
      ...(hash === null ? [] : [eb('hash', '=', hash)]),
      ...(tag === null
        ? []
        : [
            eb.exists(
              eb
                .selectFrom('media_tags')
                .select('media_id')
                .whereRef('media_id', '=', 'media.id')
                .where('media_tags.folded', '=', tag),
            ),
          ]),
    ]);
  };

/** The first `limit` rows after a place, in the list's order. */
export async function findPage(
  db: Db | Tx,
  filter: MediaFilter,
  { sort, after, limit }: { sort: Sort; after: Place | null; limit: number },
): Promise<MediaRow[]> {
  const rows = await inChunks(filter.unitIds, (chunk) => {
    const query = db.selectFrom('media').selectAll().where(conditions(filter, chunk)).limit(limit);
    if (sort === 'newest') {
      const time = filter.bin ? 'deleted_at' : 'created_at';
      const newest = query.orderBy(time, 'desc').orderBy('id', 'desc');
      if (after === null) return newest.execute();
      const [at, id] = after as [number, string];
      return newest.where((eb) => eb.or([eb(time, '<', at), eb.and([eb(time, '=', at), eb('id', '<', id)])])).execute();
    }
    const byName = query.orderBy('folded').orderBy('id');
    if (after === null) return byName.execute();
    const [at, id] = after as [string, string];
    return byName
      .where((eb) => eb.or([eb('folded', '>', at), eb.and([eb('folded', '=', at), eb('id', '>', id)])]))
      .execute();
  });
  return inOrder(rows, sort).slice(0, limit);
}

export async function count(db: Db | Tx, filter: MediaFilter): Promise<number> {
  const counts = await inChunks(filter.unitIds, (chunk) =>
    db
      .selectFrom('media')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where(conditions(filter, chunk))
      .execute(),
  );
  return counts.reduce((sum, { n }) => sum + Number(n), 0);
}

/** Tags by media, each list in the order of the alphabet. */
export async function findTags(db: Db | Tx, mediaIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await inChunks(mediaIds, (chunk) =>
    db.selectFrom('media_tags').select(['media_id', 'tag']).where('media_id', 'in', chunk).orderBy('folded').execute(),
  );
  const found = new Map<string, string[]>();
  for (const { media_id, tag } of rows) found.set(media_id, [...(found.get(media_id) ?? []), tag]);
  return found;
}

/** Tags of units' media with how many files bear each. Of those that fold alike one stands for all. */
export async function countTags(db: Db | Tx, unitIds: readonly string[]): Promise<{ tag: string; count: number }[]> {
  const rows = await inChunks(unitIds, (chunk) =>
    db
      .selectFrom('media_tags')
      .innerJoin('media', 'media.id', 'media_tags.media_id')
      .select(['media_tags.folded', sql<string>`min(media_tags.tag)`.as('tag'), sql<number>`count(*)`.as('n')])
      .where('media.unit_id', 'in', chunk)
      .where('media.deleted_at', 'is', null)
      .groupBy('media_tags.folded')
      .execute(),
  );
  const found = new Map<string, { tag: string; count: number }>();
  for (const { folded, tag, n } of rows) {
    const known = found.get(folded);
    found.set(folded, { tag: known?.tag ?? tag, count: (known?.count ?? 0) + Number(n) });
  }
  return [...found.entries()]
    .sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
    .map(([, counted]) => counted);
}

export async function addTags(tx: Tx, mediaId: string, tags: ReadonlyMap<string, string>): Promise<void> {
  if (tags.size === 0) return;
  await tx
    .insertInto('media_tags')
    .values([...tags].map(([folded, tag]) => ({ media_id: mediaId, folded, tag })))
    .onConflict((conflict) => conflict.columns(['media_id', 'folded']).doNothing())
    .execute();
}

export async function removeTags(tx: Tx, mediaId: string, folded: readonly string[]): Promise<void> {
  if (folded.length === 0) return;
  await tx.deleteFrom('media_tags').where('media_id', '=', mediaId).where('folded', 'in', folded).execute();
}

export async function setName(tx: Tx, id: string, values: { name: string; folded: string }): Promise<void> {
  await tx.updateTable('media').set(values).where('id', '=', id).execute();
}

/** Rows that a release before this one made. */
export async function findUnfolded(db: Db | Tx): Promise<{ id: string; name: string }[]> {
  return db.selectFrom('media').select(['id', 'name']).where('folded', '=', '').execute();
}

export async function fold(tx: Tx, rows: readonly { id: string; folded: string }[]): Promise<void> {
  for (const { id, folded } of rows) await tx.updateTable('media').set({ folded }).where('id', '=', id).execute();
}
