/** Pages of what people edit (notices, playlists, schedule entries), the newest edit first; and of recycle bins, the last deleted first. */
import { sql, type Expression, type ExpressionBuilder, type Selectable, type SqlBool } from 'kysely';
import { inChunks } from './chunks.ts';
import type { Database } from './schema.ts';
import type { Db, Tx } from './store.ts';

type EditedTable = 'notices' | 'playlists' | 'schedule_entries';
/** Of boards only those out of use are a list by pages. */
export type ListedTable = EditedTable | 'boards';
/** Found by nothing but its name. */
export type NamedTable = Exclude<ListedTable, 'notices'>;

/** Units, and the folded words that a row of theirs must have; the unit's own name has the others. */
export interface WordGroup {
  readonly unitIds: readonly string[];
  /** Letters and figures only, so nothing in them means anything to LIKE. */
  readonly words: readonly string[];
}

/** Where the page before ended. */
export interface EditPlace {
  /** When it was edited last or, in a recycle bin, deleted; ms UTC */
  readonly updatedAt: number;
  readonly id: string;
}

export interface EditedFilter<T extends ListedTable> {
  /** Groups for one statement each: together too many ids for one. */
  readonly statements: readonly (readonly WordGroup[])[];
  /** Not what is there, but what was deleted then (ms UTC) or later. */
  readonly binnedSince?: number;
  /** A word may also be found where this says. */
  readonly elsewhere?: (eb: ExpressionBuilder<Database, T>, pattern: string) => Expression<SqlBool>;
  readonly also?: (eb: ExpressionBuilder<Database, T>) => readonly Expression<SqlBool>[];
}

/** The columns that the tables share; Kysely has no name for «one of them». */
type Shared = ExpressionBuilder<Database, 'playlists'>;

function conditions<T extends ListedTable>(eb: Shared, filter: EditedFilter<T>, groups: readonly WordGroup[]) {
  const own = eb as unknown as ExpressionBuilder<Database, T>;
  const found = (word: string): Expression<SqlBool> => {
    const pattern = `%${word}%`;
    const inName = eb('folded', 'like', pattern);
    return filter.elsewhere ? eb.or([inName, filter.elsewhere(own, pattern)]) : inName;
  };
  // Not by the index of units, which would read every row and sort them: by the one in the order of the list, until a page is full.
  const unitId = eb.fn.coalesce('unit_id', sql.lit(''));
  return eb.and([
    filter.binnedSince === undefined ? eb('deleted_at', 'is', null) : eb('deleted_at', '>=', filter.binnedSince),
    eb.or(groups.map(({ unitIds, words }) => eb.and([eb(unitId, 'in', unitIds), ...words.map(found)]))),
    ...(filter.also?.(own) ?? []),
  ]);
}

/** Rows in the order of the list. @param at when a row was edited or deleted, ms UTC */
export const newestFirst = <R extends { id: string }>(rows: R[], at: (row: R) => number): R[] =>
  rows.sort((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1));

/** The ids of at most `limit` rows after a place. */
export async function editedIds<T extends ListedTable>(
  db: Db | Tx,
  table: T,
  filter: EditedFilter<T>,
  { after, limit }: { after: EditPlace | null; limit: number },
): Promise<string[]> {
  const by = filter.binnedSince === undefined ? 'updated_at' : 'deleted_at';
  const places: { id: string; at: number }[] = [];
  for (const groups of filter.statements) {
    const query = db
      .selectFrom(table as 'playlists')
      .select(['id', ({ ref }) => ref(by).$notNull().as('at')])
      .where((eb) => conditions(eb, filter, groups))
      .orderBy(by, 'desc')
      .orderBy('id', 'desc')
      .limit(limit);
    const here = after
      ? query.where((eb) =>
          eb.or([eb(by, '<', after.updatedAt), eb.and([eb(by, '=', after.updatedAt), eb('id', '<', after.id)])]),
        )
      : query;
    places.push(...(await here.execute()));
  }
  return newestFirst(places, ({ at }) => at)
    .slice(0, limit)
    .map(({ id }) => id);
}

/** The rows after a place. */
export async function editedPage<T extends EditedTable>(
  db: Db | Tx,
  table: T,
  filter: EditedFilter<T>,
  place: { after: EditPlace | null; limit: number },
): Promise<Selectable<Database[T]>[]> {
  const ids = await editedIds(db, table, filter, place);
  // The rows themselves, which can be long, only of the page. One deleted in between is not there.
  const rows = await inChunks(ids, (chunk) =>
    db
      .selectFrom(table as 'playlists')
      .selectAll()
      .where('id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .execute(),
  );
  return newestFirst(rows, (row) => row.updated_at) as unknown as Selectable<Database[T]>[];
}

export async function countEdited<T extends ListedTable>(
  db: Db | Tx,
  table: T,
  filter: EditedFilter<T>,
): Promise<number> {
  let total = 0;
  for (const groups of filter.statements) {
    const { n } = await db
      .selectFrom(table as 'playlists')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where((eb) => conditions(eb, filter, groups))
      .executeTakeFirstOrThrow();
    total += Number(n);
  }
  return total;
}

/** Rows of a release before this one, that nothing finds yet; those with ids after one, in that order. */
export async function unfolded(
  db: Db | Tx,
  table: NamedTable,
  { after, limit }: { after: string; limit: number },
): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom(table as 'playlists')
    .select(['id', 'name'])
    .where('folded', '=', '')
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

export async function setFolded(
  tx: Tx,
  table: NamedTable,
  rows: readonly { id: string; folded: string }[],
): Promise<void> {
  for (const { id, folded } of rows)
    await tx
      .updateTable(table as 'playlists')
      .set({ folded })
      .where('id', '=', id)
      .execute();
}
