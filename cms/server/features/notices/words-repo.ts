/** Notices and versions of a release before this one, which nothing finds by their words yet. */
import { noticeContent, type NoticeContent } from '../../../../shared/protocol/programme.ts';
import type { Db, Tx } from '../../store/store.ts';

/** Where the batch before ended, by the notices' ids. */
export interface Place {
  readonly after: string;
  readonly limit: number;
}
export interface Unworded {
  readonly noticeId: string;
  readonly title: string;
  readonly content: NoticeContent;
}
export interface Words {
  readonly folded: string;
  readonly text_words: string;
}

const read = <R extends { content: string }>(row: R): Omit<R, 'content'> & { content: NoticeContent } => ({
  ...row,
  content: noticeContent.parse(JSON.parse(row.content)),
});

export async function unwordedNotices(db: Db | Tx, { after, limit }: Place): Promise<Unworded[]> {
  const rows = await db
    .selectFrom('notices')
    .select(['id as noticeId', 'title', 'content'])
    .where((eb) => eb.or([eb('folded', '=', ''), eb('text_words', 'is', null)]))
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(read);
}

export async function wordNotice(tx: Tx, { noticeId }: Pick<Unworded, 'noticeId'>, words: Words): Promise<void> {
  await tx.updateTable('notices').set(words).where('id', '=', noticeId).execute();
}

type UnwordedVersion = Unworded & { readonly number: number };

/** All versions of as many notices as the limit says, of those that have such a version. */
export async function unwordedVersions(db: Db | Tx, { after, limit }: Place): Promise<UnwordedVersion[]> {
  const next = db
    .selectFrom('notice_versions')
    .select('notice_id')
    .distinct()
    .where((eb) => eb.or([eb('folded', '=', ''), eb('text_words', 'is', null)]))
    .where('notice_id', '>', after)
    .orderBy('notice_id')
    .limit(limit);
  const rows = await db
    .selectFrom('notice_versions')
    .select(['notice_id as noticeId', 'number', 'title', 'content'])
    .where('notice_id', 'in', db.selectFrom(next.as('next')).select('notice_id'))
    .orderBy('notice_id')
    .execute();
  return rows.map(read);
}

export async function wordVersion(
  tx: Tx,
  { noticeId, number }: Pick<UnwordedVersion, 'noticeId' | 'number'>,
  words: Words,
): Promise<void> {
  await tx
    .updateTable('notice_versions')
    .set(words)
    .where('notice_id', '=', noticeId)
    .where('number', '=', number)
    .execute();
}
