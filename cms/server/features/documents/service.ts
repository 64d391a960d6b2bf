/** Documents that notices are made of: uploads, what was read of them, and who may see it. reading.ts makes the one of the other. */
import {
  documentFields,
  documentNotes,
  maxDocumentBytes,
  mostDocumentPages,
  waitingDocumentMs,
  type Document,
  type DocumentRange,
} from '../../../../shared/protocol/api/documents.ts';
import { binMs } from '../../../../shared/protocol/api/bin.ts';
import { unfinishedUploadMs } from '../../../../shared/protocol/api/media.ts';
import { z } from 'zod';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { createDocumentRunner, defaultDocumentLimits, type RunDocument } from '../../jobs/document-runner.ts';
import { MediaError } from '../../jobs/media-errors.ts';
import { MediaFolders } from '../media/files.ts';
import { fileContent, type Content } from '../media/send-file.ts';
import type { FindUpload, MediaService } from '../media/service.ts';
import type { UploadHome } from '../media/uploads.ts';
import { createDocumentReading } from './reading.ts';
import * as repo from './repo.ts';
import type { DocumentRow } from './repo.ts';

export interface DocumentsService extends UploadHome {
  /** @throws AppError `document_unknown` 404 */
  get(actor: Actor, id: string): Promise<Document>;
  /** The file as it was sent; no file without its entry in the audit log. @throws AppError `document_unknown`, `document_file_gone` 404 */
  file(actor: Actor, id: string): Promise<{ name: string; content: Content }>;
  /** Reads some pages of one that is too long. @throws AppError `document_unknown`, `document_not_waiting` 409, `document_range_invalid` (field to) */
  readPages(actor: Actor, id: string, range: DocumentRange): Promise<Document>;
  /** Gives up one that is not ready, with all that was made. @throws AppError `document_unknown`, `document_ready` 409 */
  remove(actor: Actor, id: string): Promise<void>;
  /** Mends what the last end left; to be called once before requests are taken. */
  start(find: FindUpload): Promise<void>;
  /** Takes on complete uploads without a row, removes those that nobody went on with, and files whose notices are long gone. */
  tidy(find: FindUpload): Promise<void>;
  /** When nothing is being read. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface DocumentsDeps {
  readonly media: Pick<MediaService, 'addMade'>;
  readonly run?: RunDocument;
  /** Bytes free on the disk. */
  readonly freeBytes?: () => Promise<number>;
}

const mediaTypes = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
} as const;

/** The last of the disk is for the database; the pictures of pages need some, too. */
const reserveBytes = 512 * 1024 ** 2;

export function createDocumentsService(context: Context, deps: DocumentsDeps): DocumentsService {
  const { store, sources, access, audit, log } = context;
  const folders = new MediaFolders({ ...context.folders, uploads: context.folders.documents });
  const freeBytes = deps.freeBytes ?? (() => folders.free());
  const run = deps.run ?? createDocumentRunner(defaultDocumentLimits);
  const reading = createDocumentReading(context, { folders, media: deps.media, run });

  const unknown = (): AppError => new AppError('document_unknown', 'There is no such document', { status: 404 });

  /** For who reads it at its own unit: units below are given what is approved of the notices made of it. */
  async function find(actor: Actor, id: string): Promise<DocumentRow> {
    const row = await repo.findDocument(store.write, id);
    if (!row || !access.can(actor, 'content.read', row.unit_id)) throw unknown();
    return row;
  }

  async function view(row: DocumentRow): Promise<Document> {
    const pages = await repo.findPages(store.write, row.id);
    return {
      id: row.id,
      unitId: row.unit_id,
      name: row.name,
      hash: row.hash,
      size: row.size,
      kind: row.kind,
      state: row.state,
      errorCode: row.error_code,
      progress: row.state === 'reading' ? reading.progress(row.id) : null,
      pageCount: row.page_count,
      fields: row.fields === null ? null : documentFields.parse(JSON.parse(row.fields)),
      notes: z.array(z.enum(documentNotes)).parse(JSON.parse(row.notes)),
      pages: pages.flatMap(({ number, hash, poster_hash: poster, letters, filled }) =>
        hash === null || poster === null
          ? []
          : [{ number, asset: hash, poster, letters: letters && letters / 1e6, filled: filled && filled / 1e6 }],
      ),
      original: row.original === 1,
      createdAt: row.created_at,
    };
  }

  async function adopt(id: string, find: FindUpload): Promise<boolean> {
    const upload = await find(id);
    if (!upload) return false;
    await reading
      .accept(upload)
      .catch((error: unknown) => log.error({ err: error, documentId: id }, 'a complete upload could not be recorded'));
    return true;
  }

  /** The file goes before it is recorded that it has gone: what has failed, or was broken off, is done at the next turn. */
  const drop = (row: DocumentRow, before: number): Promise<void> =>
    folders.exclusively(() =>
      store.transaction(async (tx) => {
        if (!(await repo.markOriginalGone(tx, row.id, before))) return;
        await audit(tx, {
          actor: null,
          action: 'document.purged',
          subjectType: 'document',
          subjectId: row.id,
          unitId: row.unit_id,
          detail: { name: row.name, hash: row.hash },
        });
        if (!(await repo.hasOriginal(tx, row.hash))) await folders.purgeAsset(row.hash);
      }),
    );

  /** As the pictures of its pages do in the recycle bin, the file outlasts its notices for a while. */
  async function dropOver(): Promise<void> {
    const before = sources.now() - binMs;
    for (const row of await repo.findOriginalsOver(store.write, before))
      await drop(row, before).catch((error: unknown) =>
        log.error({ err: error, documentId: row.id }, 'the file of a document could not be removed'),
      );
  }

  return {
    maxUploadBytes: maxDocumentBytes,
    folders,
    async assertMayUpload(actor, unitId, size) {
      access.assert(actor, 'content.edit', unitId);
      if (size === 0) throw new MediaError('file_empty', 'The file is empty');
      if (size !== null && size > maxDocumentBytes)
        throw new MediaError('too_large', `A document may have ${maxDocumentBytes} bytes at most`, {
          params: { maxBytes: maxDocumentBytes },
        });
      // Once for the upload and once more to keep it.
      if ((await freeBytes()) < reserveBytes + 2 * (size ?? 0))
        throw new MediaError('storage_full', 'The disk is full');
    },
    accept: (upload) => reading.accept(upload),
    async get(actor, id) {
      return view(await find(actor, id));
    },
    async file(actor, id) {
      const { unit_id: unitId, name, hash, size, kind, original } = await find(actor, id);
      const asset = { file: folders.asset(hash), size, mediaType: mediaTypes[kind ?? 'pdf'] };
      const gone = (): AppError => new AppError('document_file_gone', 'The file is not kept', { status: 404 });
      if (original === 0) throw gone();
      const content = await fileContent(hash, asset);
      await store.transaction((tx) =>
        audit(tx, {
          actor,
          action: 'document.downloaded',
          subjectType: 'document',
          subjectId: id,
          unitId,
          detail: { name },
        }),
      );
      return { name, content };
    },
    async readPages(actor, id, { from, to }) {
      const row = await find(actor, id);
      access.assert(actor, 'content.edit', row.unit_id);
      const waits = (): AppError =>
        new AppError('document_not_waiting', 'It does not wait to be told its pages', { status: 409 });
      if (row.state !== 'tooLong') throw waits();
      if (from > to || to > (row.page_count ?? 0) || to - from >= mostDocumentPages)
        throw new AppError('document_range_invalid', `At most ${mostDocumentPages} of its ${row.page_count} pages`, {
          field: 'to',
          params: { most: mostDocumentPages, pages: row.page_count ?? 0 },
        });
      if (!(await store.transaction((tx) => repo.markAsked(tx, id, from, to)))) throw waits();
      const asked = await find(actor, id);
      void reading.enqueue(asked);
      return view(asked);
    },
    async remove(actor, id) {
      const row = await find(actor, id);
      access.assert(actor, 'content.edit', row.unit_id);
      await store.transaction(async (tx) => {
        if (!(await repo.deleteUnready(tx, id)))
          throw (await repo.findDocument(tx, id))
            ? new AppError('document_ready', 'It has been read', { status: 409 })
            : unknown();
        await audit(tx, {
          actor,
          action: 'document.removed',
          subjectType: 'document',
          subjectId: id,
          unitId: row.unit_id,
          detail: { name: row.name },
        });
      });
      reading.stop(id);
      await reading.dropUnnamed(row.hash);
      await folders.removeUpload(id);
    },
    async start(findUpload) {
      for (const row of await repo.findOpen(store.write)) if (row.state === 'reading') void reading.enqueue(row);
      for (const { id } of await folders.uploads()) {
        if (reading.isBusyWith(id)) continue;
        const row = await repo.findDocument(store.write, id);
        if (!row) await adopt(id, findUpload);
        else if (row.state !== 'tooLong') await folders.removeUpload(id);
      }
    },
    async tidy(findUpload) {
      const now = sources.now();
      for (const row of await repo.findOpen(store.write))
        if (row.state === 'tooLong' && row.created_at < now - waitingDocumentMs) await reading.fail(row, 'upload_lost');
      for (const { id, changedAt } of await folders.uploads()) {
        if (reading.isBusyWith(id) || (await repo.findDocument(store.write, id)) || (await adopt(id, findUpload)))
          continue;
        if (changedAt < now - unfinishedUploadMs) await folders.removeUpload(id);
      }
      await dropOver();
    },
    idle: () => reading.idle(),
    close: () => reading.close(),
  };
}
