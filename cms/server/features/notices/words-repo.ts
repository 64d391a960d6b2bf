/** What notices are found by, as they are being written and as they were approved last. */
import type { Db, Store, Tx } from '../../store/store.ts';
import type { Words } from './words.ts';

/** As it is being written, or as it was approved last. */
export type WordsTable = 'notice_words' | 'approved_words';

export async function setWords(tx: Tx, table: WordsTable, noticeId: string, words: Words): Promise<void> {
  await tx
    .insertInto(table)
    .values({ notice_id: noticeId, ...words })
    .onConflict((conflict) => conflict.column('notice_id').doUpdateSet(words))
    .execute();
}

/** Gives words to those that have none; whoever was saved, or removed for good, since they were read is left alone. */
export async function addWords(
  store: Pick<Store, 'insertMany'>,
  tx: Tx,
  table: WordsTable,
  rows: readonly (Words & Pick<Unworded, 'noticeId' | 'title'>)[],
): Promise<void> {
  const ids = rows.map(({ noticeId }) => noticeId);
  // In one order and for the change below, so that two processes wait for each other, and never in a circle.
  const held = await tx.selectFrom('notices').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute();
  const there = new Set(held.map(({ id }) => id));
  const kept = rows.filter(({ noticeId }) => there.has(noticeId));
  const values = kept.map(({ noticeId, folded, words }) => [noticeId, folded, words]);
  await store.insertMany(tx, table, ['notice_id', 'folded', 'words'], values, { ignoreConflicts: true });
  if (table === 'approved_words') return;
  for (const { noticeId, title, folded } of kept)
    await tx.updateTable('notices').set({ folded }).where('id', '=', noticeId).where('title', '=', title).execute();
}

export interface Unworded {
  readonly noticeId: string;
  readonly title: string;
  /** JSON, as it is stored. */
  readonly content: string;
}

/** Those of a release before this one, which nothing finds yet; those with ids after one, in that order. */
export async function findUnworded(
  db: Db | Tx,
  table: WordsTable,
  { after, limit }: { after: string; limit: number },
): Promise<Unworded[]> {
  const notices = db
    .selectFrom('notices')
    .leftJoin(`${table} as known`, 'known.notice_id', 'notices.id')
    .where('known.notice_id', 'is', null)
    .where('notices.id', '>', after)
    .orderBy('notices.id')
    .limit(limit);
  return table === 'notice_words'
    ? notices.select(['notices.id as noticeId', 'notices.title', 'notices.content']).execute()
    : notices
        .innerJoin('notice_versions as version', (join) =>
          join.onRef('version.notice_id', '=', 'notices.id').onRef('version.number', '=', 'notices.approved_version'),
        )
        .select(['notices.id as noticeId', 'version.title', 'version.content'])
        .execute();
}
