/** Notices by words of their titles and texts, from the index of words. */
import { sql, type SelectQueryBuilder } from 'kysely';
import { newestFirst, type EditPlace, type WordGroup } from '../../store/edited-page.ts';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { rowsWith, type Part, type WordsTable } from '../../store/word-index.ts';
import { conditions, type NoticeFilter } from './repo.ts';

/** Where a notice stands among those that were found. */
export interface FoundPlace extends EditPlace {
  /** 1: all words are in its title; those come first. */
  readonly titled: 0 | 1;
}

type Notices = SelectQueryBuilder<Database, 'notices', object>;
/** Notices that have the words in this part; null: none can. No two sources have one notice. */
type Source = (part: Part) => Notices | null;

function sourcesOf(store: Pick<Store, 'report' | 'dialect'>, filter: NoticeFilter): Source[] {
  const above = new Set(filter.approvedOnly);

  function ofUnits<T extends Notices>(query: T, unitIds: readonly string[], asked: NoticeFilter): Notices {
    return (
      query
        .where('notices.deleted_at', 'is', null)
        // As the lists of all do: never by the index of units.
        .where(({ eb, fn }) => eb(fn.coalesce('notices.unit_id', sql.lit('')), 'in', unitIds))
        .where(({ and, eb }) => and(conditions(eb, asked)))
    );
  }
  /** Membership of what has the words: SQLite walks the list in its order and stops when a page is full. */
  const inIndex = (table: WordsTable, words: readonly string[], part: Part): Notices =>
    store.report.selectFrom('notices').where('notices.no', 'in', rowsWith(store, table, words, part));

  /** @param table what they are found by: what is being written, or what was approved last */
  function ofGroup({ unitIds, words }: WordGroup, table: WordsTable, asked: NoticeFilter): Source[] {
    if (unitIds.length === 0) return [];
    const written = table === 'notice_words';
    const notices = store.report.selectFrom('notices');
    // The unit's name has them all.
    if (words.length === 0) {
      const all = written ? notices : notices.where('notices.approved_version', 'is not', null);
      return [(part) => (part === 'beside' ? null : ofUnits(all, unitIds, asked))];
    }
    // Those of a release before by their titles, until they are in the index.
    const unnumbered = words.reduce(
      (query, word) => query.where('notices.folded', 'like', `%${word}%`),
      notices.where('notices.no', 'is', null),
    );
    return [
      (part) => ofUnits(inIndex(table, words, part), unitIds, asked),
      ...(written ? [(part: Part) => (part === 'beside' ? null : ofUnits(unnumbered, unitIds, asked))] : []),
    ];
  }

  return filter.statements.flat().flatMap(({ unitIds, words }) => [
    ...ofGroup({ unitIds: unitIds.filter((id) => !above.has(id)), words }, 'notice_words', {
      ...filter,
      approvedOnly: [],
    }),
    // What has words here is approved.
    ...ofGroup({ unitIds: unitIds.filter((id) => above.has(id)), words }, 'approved_words', { ...filter, state: null }),
  ]);
}

const inPart = (sources: readonly Source[], part: Part): Notices[] => sources.flatMap((source) => source(part) ?? []);

/** How many of each source there are. */
const countAll = (sources: readonly Source[]): Promise<number[]> =>
  Promise.all(
    sources.map(async (source) => {
      const found = await source('anywhere')
        ?.select(({ fn }) => fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return Number(found?.n ?? 0);
    }),
  );

async function pageOf(
  sources: readonly Source[],
  part: Part,
  { after, limit }: { after: EditPlace | null; limit: number },
): Promise<FoundPlace[]> {
  const pages = await Promise.all(
    inPart(sources, part).map((notices) =>
      notices
        .$if(after !== null, (query) =>
          query.where(({ eb, or, and }) =>
            or([
              eb('notices.updated_at', '<', after!.updatedAt),
              and([eb('notices.updated_at', '=', after!.updatedAt), eb('notices.id', '<', after!.id)]),
            ]),
          ),
        )
        .select([
          'notices.id',
          'notices.updated_at as updatedAt',
          sql.lit<0 | 1>(part === 'title' ? 1 : 0).as('titled'),
        ])
        .orderBy('notices.updated_at', 'desc')
        .orderBy('notices.id', 'desc')
        .limit(limit)
        .execute(),
    ),
  );
  return newestFirst(pages.flat(), ({ updatedAt }) => updatedAt).slice(0, limit);
}

/** At most `limit` places after one, those found by their titles first, then the newest edit first; and how many there are in all. */
export async function findByWords(
  store: Pick<Store, 'report' | 'dialect'>,
  filter: NoticeFilter,
  { after, limit }: { after: FoundPlace | null; limit: number },
): Promise<{ places: FoundPlace[]; total: number }> {
  const all = sourcesOf(store, filter);
  const counts = await countAll(all);
  const total = counts.reduce((sum, n) => sum + n, 0);
  // Most that a commune may see lies with the province or with itself: who has none is not asked again.
  const sources = all.filter((_, i) => counts[i]! > 0);
  const titled = after?.titled === 0 ? [] : await pageOf(sources, 'title', { after, limit });
  if (titled.length === limit) return { places: titled, total };
  // What no title has costs less to find than what only titles do not have.
  const beside = await pageOf(sources, after === null && titled.length === 0 ? 'anywhere' : 'beside', {
    after: after?.titled === 0 ? after : null,
    limit: limit - titled.length,
  });
  return { places: [...titled, ...beside], total };
}
