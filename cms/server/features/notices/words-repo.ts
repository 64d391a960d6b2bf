/** What notices are found by, as they are being written and as they were approved last: their rows in the index of words. */
import { documentFields } from '../../../../shared/protocol/api/documents.ts';
import { assetsOf, type NoticeContent } from '../../../../shared/protocol/programme.ts';
import { inChunks } from '../../store/chunks.ts';
import { sentTogether, type Db, type Store, type Tx } from '../../store/store.ts';
import { nextNumber } from '../../store/settings.ts';
import { tokensOf, type WordsTable } from '../../store/word-index.ts';
import { wordsOf, type Words } from './words.ts';

/** `notices.no`, of rows in the index. */
const counterKey = 'notices';
export const nextNo = (tx: Tx): Promise<number> => nextNumber(tx, counterKey);

const rowOf = (no: number, { folded, words }: Words) => ({
  rowid: no,
  title: tokensOf(folded),
  said: tokensOf(`${folded} ${words}`),
});

/** A notice that may show pages of a document. */
export interface Paged {
  readonly documentId: string | null;
  readonly content: NoticeContent;
}

/** Of each: what the pages say that it shows of the document it was made of; of pages read before that was kept, what was offered then. */
export async function pagesSaid(db: Db | Tx, notices: readonly Paged[]): Promise<string[]> {
  const rows = await inChunks([...new Set(notices.flatMap(({ documentId }) => documentId ?? []))], (chunk) =>
    db
      .selectFrom('document_pages as page')
      .innerJoin('media', 'media.id', 'page.media_id')
      .innerJoin('documents', 'documents.id', 'page.document_id')
      .select(['page.document_id as documentId', 'page.said', 'media.hash', 'documents.fields'])
      .where('page.document_id', 'in', chunk)
      .orderBy('page.document_id')
      .orderBy('page.number')
      .execute(),
  );
  const ofDocument = Map.groupBy(rows, ({ documentId }) => documentId);
  return notices.map(({ documentId, content }) => {
    const shown = new Set(assetsOf(content));
    const pages = (documentId === null ? [] : (ofDocument.get(documentId) ?? [])).filter(
      ({ hash }) => hash !== null && shown.has(hash),
    );
    return [...new Set(pages.map(({ said, fields }) => said ?? offeredThen(fields)))].join('\n');
  });
}

const offeredThen = (fields: string | null): string =>
  fields === null ? '' : Object.values(documentFields.parse(JSON.parse(fields))).join('\n');

/** Of one that has no number yet nothing is written: whoever gives it one writes what it says then. */
export async function setWords(
  tx: Tx,
  table: WordsTable,
  noticeId: string,
  written: { readonly title: string; readonly content: NoticeContent },
): Promise<void> {
  const notice = tx.selectFrom('notices').select(['no', 'document_id']).where('id', '=', noticeId);
  const { no, document_id: documentId } = await notice.executeTakeFirstOrThrow();
  if (no === null) return;
  const [pages = ''] = documentId === null ? [] : await pagesSaid(tx, [{ documentId, content: written.content }]);
  const words = wordsOf(written, pages);
  await sentTogether([
    tx.deleteFrom(table).where('rowid', '=', no).execute(),
    tx.insertInto(table).values(rowOf(no, words)).execute(),
  ]);
}

/** A notice that is not in the index, as it was read. */
export interface Unworded {
  readonly noticeId: string;
  readonly revision: number;
  readonly title: string;
  /** JSON, as it is stored. */
  readonly content: string;
  readonly documentId: string | null;
  readonly approvedVersion: number | null;
  readonly approvedTitle: string | null;
  readonly approvedContent: string | null;
}
export interface Worded extends Pick<Unworded, 'noticeId' | 'revision' | 'approvedVersion'> {
  readonly written: Words;
  readonly approved: Words | null;
}

/** Puts notices into the index; whoever was saved, approved or removed for good since they were read is left alone. */
export async function addWords(store: Pick<Store, 'insertMany'>, tx: Tx, rows: readonly Worded[]): Promise<void> {
  const ids = rows.map(({ noticeId }) => noticeId);
  // In one order and for the change below, so that two processes wait for each other, and never in a circle.
  const held = await tx
    .selectFrom('notices')
    .select(['id', 'revision', 'approved_version'])
    .where('id', 'in', ids)
    .where('no', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  const there = new Map(held.map((row) => [row.id, row]));
  const kept = rows.filter(({ noticeId, revision, approvedVersion }) => {
    const row = there.get(noticeId);
    return row?.revision === revision && row.approved_version === approvedVersion;
  });
  if (kept.length === 0) return;
  const first = (await nextNumber(tx, counterKey, kept.length)) - kept.length + 1;
  const numbered = kept.map((row, i) => ({ ...row, no: first + i }));
  for (const { no, noticeId, written } of numbered)
    await tx.updateTable('notices').set({ no, folded: written.folded }).where('id', '=', noticeId).execute();
  const insert = (table: WordsTable, words: (row: Worded) => Words | null) => {
    const rows = numbered.flatMap((row) => {
      const is = words(row);
      return is === null ? [] : [rowOf(row.no, is)];
    });
    const values = rows.map(({ rowid, title, said }) => [rowid, title, said]);
    return store.insertMany(tx, table, ['rowid', 'title', 'said'], values);
  };
  await insert('notice_words', ({ written }) => written);
  await insert('approved_words', ({ approved }) => approved);
}

/** Those of a release before this one, which are not in the index yet; those with ids after one, in that order. */
export async function findUnworded(
  db: Db | Tx,
  { after, limit }: { after: string; limit: number },
): Promise<Unworded[]> {
  return db
    .selectFrom('notices')
    .leftJoin('notice_versions as version', (join) =>
      join.onRef('version.notice_id', '=', 'notices.id').onRef('version.number', '=', 'notices.approved_version'),
    )
    .where('notices.no', 'is', null)
    .where('notices.id', '>', after)
    .orderBy('notices.id')
    .limit(limit)
    .select(['notices.id as noticeId', 'notices.revision', 'notices.title', 'notices.content'])
    .select('notices.document_id as documentId')
    .select('notices.approved_version as approvedVersion')
    .select(['version.title as approvedTitle', 'version.content as approvedContent'])
    .execute();
}
