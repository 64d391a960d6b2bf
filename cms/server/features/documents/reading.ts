/**
 * From a complete upload to a document that has been read: a row in state `reading`, a child process that reads it, then pictures, fields
 * and row in one transaction. One at a time; what a process that ended left is taken up at the next start.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { mostDocumentPages } from '../../../../shared/protocol/api/documents.ts';
import type { Context } from '../../context.ts';
import { DocumentError } from '../../jobs/document-errors.ts';
import type { ReadDocument } from '../../jobs/document-messages.ts';
import type { RunDocument } from '../../jobs/document-runner.ts';
import { isStorageFull, StoppedError } from '../../jobs/media-errors.ts';
import { MediaQueue } from '../../jobs/media-queue.ts';
import { isStorageFull as isDatabaseFull, isUniqueViolation } from '../../store/errors.ts';
import { cleanLine } from '../../text.ts';
import type { MediaFolders } from '../media/files.ts';
import type { MediaService, NewUpload } from '../media/service.ts';
import * as repo from './repo.ts';
import type { DocumentRow } from './repo.ts';

export interface DocumentReading {
  /** Records a complete upload and reads it in the background. Twice with one id does nothing. */
  accept(upload: NewUpload): Promise<void>;
  /** Reads a row in state `reading` when its turn comes. Never rejects: what went wrong stands in the row. */
  enqueue(row: DocumentRow): Promise<void>;
  /** Ends one in state failed, and removes its file. */
  fail(row: DocumentRow, code: string): Promise<void>;
  /** Removes what was kept of a file as it was sent, if no document is recorded as kept with this content. */
  dropUnnamed(hash: string): Promise<void>;
  /** Stops one that was given up. */
  stop(id: string): void;
  isBusyWith(id: string): boolean;
  /** 0 to 1. */
  progress(id: string): number;
  idle(): Promise<void>;
  close(): Promise<void>;
}

export function createDocumentReading(
  { store, sources, audit, log }: Context,
  deps: { folders: MediaFolders; media: Pick<MediaService, 'addMade'>; run: RunDocument },
): DocumentReading {
  const { folders, media, run } = deps;
  const queue = new MediaQueue();
  const progress = new Map<string, number>();

  async function accept(upload: NewUpload): Promise<void> {
    const { id, unitId, userId } = upload;
    if (await repo.findDocument(store.write, id)) return;
    await folders.syncUpload(id);
    const name = cleanLine(upload.name).slice(0, 300) || id;
    const row: DocumentRow = {
      id,
      unit_id: unitId,
      name,
      ...(await sealOf(folders.upload(id))),
      kind: null,
      state: 'reading',
      error_code: null,
      page_count: null,
      from_page: null,
      to_page: null,
      fields: null,
      notes: '[]',
      created_at: sources.now(),
      created_by: userId,
      original: 0,
    };
    try {
      await store.transaction(async (tx) => {
        await repo.insertDocument(tx, row);
        await audit(tx, {
          actor: { userId },
          action: 'document.uploaded',
          subjectType: 'document',
          subjectId: id,
          unitId,
          detail: { name, hash: row.hash },
        });
      });
    } catch (error) {
      // Its sender and housekeeping may bring one upload at the same time.
      if (isUniqueViolation(error)) return;
      throw error;
    }
    void enqueue(row);
  }

  const enqueue = (row: DocumentRow): Promise<void> => queue.add(row.id, (signal) => read(row, signal));

  async function read(row: DocumentRow, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      if (!(await folders.hasUpload(row.id))) return await fail(row, 'upload_lost');
      const { from_page: from, to_page: to } = row;
      const result = await run(
        {
          source: folders.upload(row.id),
          folder: folders.work(row.id),
          range: from === null || to === null ? null : { from, to },
          mostPages: mostDocumentPages,
        },
        { signal, onProgress: (share) => void progress.set(row.id, share) },
      );
      if (result.kind === 'tooLong') await store.transaction((tx) => repo.markTooLong(tx, row.id, result.pageCount));
      else await finish(row, result);
    } catch (error) {
      // Whoever stopped it knows what becomes of it; what somebody else ended is read again at the next start.
      if (signal.aborted || error instanceof StoppedError) return;
      const code = codeOf(error);
      if (code === null) log.error({ err: error, documentId: row.id }, 'a document could not be read');
      await fail(row, code ?? 'document_failed').catch((cause: unknown) =>
        log.error({ err: cause, documentId: row.id }, 'that a document failed could not be recorded'),
      );
    } finally {
      progress.delete(row.id);
      await folders
        .removeWork(row.id)
        .catch((error: unknown) => log.error({ err: error, documentId: row.id }, 'a work folder could not be removed'));
    }
  }

  async function finish(row: DocumentRow, result: ReadDocument): Promise<void> {
    const pictures = result.pages.map(({ number, picture }) => ({
      name: `${row.name.slice(0, 280)} – ${number}`,
      result: picture,
    }));
    await folders.exclusively(async () => {
      await folders.keepUpload(row.id, row.hash);
      try {
        await media.addMade({ unitId: row.unit_id, userId: row.created_by }, pictures, (tx, ids) =>
          repo.markReady(tx, row.id, result, ids),
        );
      } finally {
        // It was given up meanwhile, or could not be recorded.
        await removeUnnamed(row.hash);
      }
    });
    await folders.removeUpload(row.id);
  }

  async function removeUnnamed(hash: string): Promise<void> {
    if (!(await repo.hasOriginal(store.write, hash))) await folders.purgeAsset(hash);
  }

  /** Kept, and then a process ended before it was recorded. */
  const dropUnnamed = (hash: string): Promise<void> => folders.exclusively(() => removeUnnamed(hash));

  async function fail(row: DocumentRow, code: string): Promise<void> {
    // First the space that it took: the row may need some of it.
    await folders.removeUpload(row.id);
    await dropUnnamed(row.hash);
    await store.transaction((tx) => repo.markFailed(tx, row.id, code));
  }

  return {
    accept,
    enqueue,
    fail,
    dropUnnamed,
    stop: (id) => queue.abort(id, new StoppedError('It was given up')),
    isBusyWith: (id) => queue.has(id),
    progress: (id) => progress.get(id) ?? 0,
    idle: () => queue.idle(),
    async close() {
      queue.abortAll(new StoppedError('The CMS is closing'));
      await queue.idle();
    },
  };
}

async function sealOf(file: string): Promise<{ hash: string; size: number }> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { hash: hash.digest('hex'), size: (await stat(file)).size };
}

/** What is wrong with the file, or with the disk that it fills; null when neither is to blame. */
function codeOf(error: unknown): string | null {
  if (isStorageFull(error) || isDatabaseFull(error)) return 'storage_full';
  return error instanceof DocumentError ? error.code : null;
}
