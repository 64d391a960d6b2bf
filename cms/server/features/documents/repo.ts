import type { Selectable } from 'kysely';
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

/** @param pages media of the pages that were read, in order. @returns false when it was given up meanwhile */
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
    })
    .where('id', '=', id)
    .where('state', '=', 'reading')
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) return false;
  const rows = read.pages.map(({ number }, at) => ({ document_id: id, number, media_id: pages[at]! }));
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
): Promise<{ number: number; hash: string | null; poster_hash: string | null }[]> {
  return db
    .selectFrom('document_pages')
    .innerJoin('media', 'media.id', 'document_pages.media_id')
    .select(['document_pages.number', 'media.hash', 'media.poster_hash'])
    .where('document_pages.document_id', '=', id)
    .where('media.deleted_at', 'is', null)
    .orderBy('document_pages.number')
    .execute();
}
