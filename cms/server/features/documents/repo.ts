import type { ExpressionBuilder, Selectable } from 'kysely';
import type { ReadDocument } from '../../jobs/document-messages.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type DocumentRow = Selectable<Database['documents']>;

export async function insertDocument(tx: Tx, row: DocumentRow): Promise<void> {
  await tx.insertInto('documents').values(row).execute();
}

export async function findDocument(db: Db | Tx, id: string): Promise<DocumentRow | null> {
  return (await db.selectFrom('documents').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Those that are being read, or wait to be told their pages. */
export async function findOpen(db: Db | Tx): Promise<DocumentRow[]> {
  return db
    .selectFrom('documents')
    .selectAll()
    .where('state', 'in', ['reading', 'tooLong'])
    .orderBy('created_at')
    .execute();
}

export async function markFailed(tx: Tx, id: string, code: string): Promise<void> {
  await tx
    .updateTable('documents')
    .set({ state: 'failed', error_code: code })
    .where('id', '=', id)
    .where('state', 'in', ['reading', 'tooLong'])
    .execute();
}

export async function markTooLong(tx: Tx, id: string, pageCount: number): Promise<void> {
  await tx
    .updateTable('documents')
    .set({ state: 'tooLong', kind: 'pdf', page_count: pageCount })
    .where('id', '=', id)
    .where('state', '=', 'reading')
    .execute();
}

/** @returns false when it does not wait for it */
export async function markAsked(tx: Tx, id: string, from: number, to: number): Promise<boolean> {
  const done = await tx
    .updateTable('documents')
    .set({ state: 'reading', from_page: from, to_page: to })
    .where('id', '=', id)
    .where('state', '=', 'tooLong')
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** Its file is among the media. @param pages media of the pages that were read, in order. @returns false when it was given up meanwhile */
export async function markReady(tx: Tx, id: string, read: ReadDocument, pages: readonly string[]): Promise<boolean> {
  const { kind, pageCount, fields, notes } = read;
  const done = await tx
    .updateTable('documents')
    .set({
      state: 'ready',
      kind,
      page_count: pageCount,
      fields: JSON.stringify(fields),
      notes: JSON.stringify(notes),
      original: 1,
    })
    .where('id', '=', id)
    .where('state', '=', 'reading')
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) return false;
  const millionths = (share: number | null): number | null => share && Math.round(share * 1e6);
  const rows = read.pages.map(({ number, letters, filled, said }, at) => ({
    document_id: id,
    number,
    media_id: pages[at]!,
    letters: millionths(letters),
    filled: millionths(filled),
    said,
  }));
  if (rows.length > 0) await tx.insertInto('document_pages').values(rows).execute();
  return true;
}

/** @returns false when it is ready, or is not there */
export async function deleteUnready(tx: Tx, id: string): Promise<boolean> {
  const done = await tx.deleteFrom('documents').where('id', '=', id).where('state', '<>', 'ready').executeTakeFirst();
  return done.numDeletedRows > 0n;
}

/** Pictures of its pages that are still in the library. */
export async function findPages(
  db: Db | Tx,
  id: string,
): Promise<
  {
    number: number;
    letters: number | null;
    filled: number | null;
    hash: string | null;
    poster_hash: string | null;
  }[]
> {
  return db
    .selectFrom('document_pages')
    .innerJoin('media', 'media.id', 'document_pages.media_id')
    .select([
      'document_pages.number',
      'document_pages.letters',
      'document_pages.filled',
      'media.hash',
      'media.poster_hash',
    ])
    .where('document_pages.document_id', '=', id)
    .where('media.deleted_at', 'is', null)
    .orderBy('document_pages.number')
    .execute();
}

/** Whether a document with this content is kept as it was sent. */
export async function hasOriginal(db: Db | Tx, hash: string): Promise<boolean> {
  const row = await db
    .selectFrom('documents')
    .select('id')
    .where('hash', '=', hash)
    .where('original', '=', 1)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Kept as sent, and older than `before` (ms UTC), as is the deletion of every notice that was made of it. */
const isOver = (before: number) => (eb: ExpressionBuilder<Database, 'documents'>) =>
  eb.and([
    eb('original', '=', 1),
    eb('documents.created_at', '<=', before),
    eb.not(
      eb.exists(
        eb
          .selectFrom('notices')
          .select('notices.id')
          .whereRef('notices.document_id', '=', 'documents.id')
          .where((of) => of.or([of('notices.deleted_at', 'is', null), of('notices.deleted_at', '>=', before)])),
      ),
    ),
  ]);

export const findOriginalsOver = (db: Db | Tx, before: number): Promise<DocumentRow[]> =>
  db.selectFrom('documents').selectAll().where(isOver(before)).execute();

/** @returns false when it is needed again */
export async function markOriginalGone(tx: Tx, id: string, before: number): Promise<boolean> {
  const done = await tx
    .updateTable('documents')
    .set({ original: 0 })
    .where('id', '=', id)
    .where(isOver(before))
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}
