/** What notices are found by, as they are being written and as they were approved last. */
import { noticeContent } from '../../../../shared/protocol/programme.ts';
import type { Db, Tx } from '../../store/store.ts';
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

export interface Unworded {
  readonly noticeId: string;
  readonly title: string;
  /** null: of a form that nobody reads any more. */
  readonly content: ReturnType<typeof noticeContent.parse> | null;
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
  const rows =
    table === 'notice_words'
      ? await notices.select(['notices.id as noticeId', 'notices.title', 'notices.content']).execute()
      : await notices
          .innerJoin('notice_versions as version', (join) =>
            join.onRef('version.notice_id', '=', 'notices.id').onRef('version.number', '=', 'notices.approved_version'),
          )
          .select(['notices.id as noticeId', 'version.title', 'version.content'])
          .execute();
  return rows.map((row) => ({ ...row, content: noticeContent.safeParse(JSON.parse(row.content)).data ?? null }));
}
