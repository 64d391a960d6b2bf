/** Notices by words of their titles and texts: one look at the words of each, in the narrow tables that hold them. */
import { sql, type ExpressionBuilder } from 'kysely';
import type { EditPlace, WordGroup } from '../../store/edited-page.ts';
import type { Db } from '../../store/store.ts';
import { conditions, type NoticeFilter } from './repo.ts';
import type { WordsTable } from './words-repo.ts';

/** Where a notice stands among those that were found. */
export interface FoundPlace extends EditPlace {
  /** 1: all words are in its title; those come first. */
  readonly titled: 0 | 1;
}

/** Those found by what is being written, or by what was approved last, whichever is told of their units. */
function foundIn(db: Db, table: WordsTable, filter: NoticeFilter, groups: readonly WordGroup[]) {
  const notices = db.selectFrom('notices');
  // SQLite takes both joins as the order: the narrow index of the list, and only of the units asked for their words.
  const approved = notices.crossJoin(`${table} as said`).whereRef('said.notice_id', '=', 'notices.id');
  const written = notices.leftJoin(`${table} as said`, 'said.notice_id', 'notices.id') as unknown as typeof approved;
  return (table === 'approved_words' ? approved : written)
    .where('notices.deleted_at', 'is', null)
    .where(({ and, eb }) => and(conditions(eb, filter)))
    .where(({ and, or, eb, fn }) => {
      // While the words of a release before are being made, notices are found by their titles.
      const title = fn.coalesce('said.folded', 'notices.folded');
      const unitId = fn.coalesce('notices.unit_id', sql.lit(''));
      return or(
        groups.map(({ unitIds, words }) =>
          and([
            eb(unitId, 'in', unitIds),
            ...words.map((word) => or([eb(title, 'like', `%${word}%`), eb('said.words', 'like', `%${word}%`)])),
          ]),
        ),
      );
    })
    .select(['notices.id', 'notices.updated_at as updatedAt'])
    .select(({ and, or, eb, fn }) => {
      const title = fn.coalesce('said.folded', 'notices.folded');
      const titled = or(
        groups.map(({ unitIds, words }) =>
          and([
            ...(groups.length === 1 ? [] : [eb('notices.unit_id', 'in', unitIds)]),
            ...words.map((word) => eb(title, 'like', `%${word}%`)),
          ]),
        ),
      );
      return eb.case().when(titled).then(sql.lit<0 | 1>(1)).else(sql.lit<0 | 1>(0)).end().as('titled');
    });
}

const isAfter = (eb: ExpressionBuilder<{ found: FoundPlace }, 'found'>, { titled, updatedAt, id }: FoundPlace) =>
  eb.or([
    eb('titled', '<', titled),
    eb.and([
      eb('titled', '=', titled),
      eb.or([eb('updatedAt', '<', updatedAt), eb.and([eb('updatedAt', '=', updatedAt), eb('id', '<', id)])]),
    ]),
  ]);

const inOrder = (a: FoundPlace, b: FoundPlace): number =>
  b.titled - a.titled || b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1);

/** At most `limit` places after one, those found by their titles first, then the newest edit first; and how many there are in all. */
export async function findByWords(
  db: Db,
  filter: NoticeFilter,
  { after, limit }: { after: FoundPlace | null; limit: number },
): Promise<{ places: FoundPlace[]; total: number }> {
  const above = new Set(filter.approvedOnly);
  const places: FoundPlace[] = [];
  let total = 0;
  for (const groups of filter.statements) {
    const of = (isAsked: (unitId: string) => boolean): WordGroup[] =>
      groups
        .map(({ unitIds, words }) => ({ unitIds: unitIds.filter(isAsked), words }))
        .filter(({ unitIds }) => unitIds.length > 0);
    const own = of((id) => !above.has(id));
    const others = of((id) => above.has(id));
    const sides = [
      ...(own.length > 0 ? [foundIn(db, 'notice_words', { ...filter, approvedOnly: [] }, own)] : []),
      ...(others.length > 0
        ? [
            // What has words here is approved.
            foundIn(db, 'approved_words', { ...filter, state: null }, others),
          ]
        : []),
    ];
    const [first, second] = sides;
    if (!first) continue;
    const rows = await db
      .with(
        (cte) => cte('found').materialized(),
        () => (second ? first.unionAll(second) : first),
      )
      .selectFrom(({ selectFrom }) =>
        selectFrom('found')
          .select(({ fn }) => fn.countAll<number>().as('total'))
          .as('all'),
      )
      .leftJoin(
        ({ selectFrom }) =>
          selectFrom('found')
            .selectAll()
            .$if(after !== null, (query) => query.where((eb) => isAfter(eb, after!)))
            .orderBy('titled', 'desc')
            .orderBy('updatedAt', 'desc')
            .orderBy('id', 'desc')
            .limit(limit)
            .as('place'),
        (join) => join.onTrue(),
      )
      .select(['all.total', 'place.id', 'place.updatedAt', 'place.titled'])
      .execute();
    total += Number(rows[0]?.total ?? 0);
    for (const { id, updatedAt, titled } of rows)
      if (id !== null) places.push({ id, updatedAt: updatedAt!, titled: titled! });
  }
  return { places: places.sort(inOrder).slice(0, limit), total };
}
