/** Uploads by tus 1.0 (tus.io): resumable, so that a commune's line may break in the middle of a video. */
import { createWriteStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FileStore } from '@tus/file-store';
import { ERRORS, Server, type Upload } from '@tus/server';
import type { UnfinishedUpload } from '../../../../shared/protocol/api/media.ts';
import { msUtc, uuid, type ErrorBody } from '../../../../shared/protocol/common.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import { isStorageFull, MediaError } from '../../jobs/media-errors.ts';
import { cleanLine } from '../../text.ts';
import type { MediaFolders } from './files.ts';
import type { FindUpload, NewUpload } from './service.ts';

export const uploadsPath = '/api/uploads';

/** Who takes uploads in: the media library or the documents. */
export interface UploadHome {
  readonly maxUploadBytes: number;
  /** Throws why an upload of so many bytes (null: not known yet) may not begin. */
  assertMayUpload(actor: Actor, unitId: string, size: number | null): Promise<void>;
  accept(upload: NewUpload): Promise<void>;
  readonly folders: Pick<MediaFolders, 'uploads'>;
}

export interface UploadServer {
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse, actor: Actor): Promise<void>;
  readonly find: FindUpload;
  /** What this person began to send and has not sent to its end, the last touched first. */
  unfinished(actor: Actor): Promise<UnfinishedUpload[]>;
}

/** tus's file store, which hides why a write failed; a full disk must be told from a broken line, and leave nothing behind. */
class UploadStore extends FileStore {
  override async write(readable: Parameters<FileStore['write']>[0], id: string, offset: number): Promise<number> {
    const target = createWriteStream(join(this.directory, id), { flags: 'r+', start: offset });
    try {
      await pipeline(readable, target);
    } catch (error) {
      if (!isStorageFull(error)) throw ERRORS.FILE_WRITE_ERROR;
      await this.remove(id);
      throw new MediaError('storage_full', 'The disk is full', { cause: error });
    }
    return offset + target.bytesWritten;
  }
}

/**
 * @param deps.newId makes the upload's id, which becomes the media's
 */
export function createUploadServer(
  service: UploadHome,
  deps: { newId(): string; directory: string; path?: string },
): UploadServer {
  const path = deps.path ?? uploadsPath;
  const actors = new WeakMap<IncomingMessage, Actor>();
  const datastore = new UploadStore({ directory: deps.directory });

  const actorBehind = (request: { runtime?: { node?: { req?: unknown } } }): Actor => {
    const actor = actors.get(request.runtime?.node?.req as IncomingMessage);
    if (!actor) throw new Error('An upload without a person');
    return actor;
  };

  const server = new Server({
    path,
    datastore,
    relativeLocation: true,
    allowedOrigins: [],
    // A complete upload is the media's; it goes when the media has been made.
    disableTerminationForFinishedUploads: true,
    maxSize: service.maxUploadBytes,
    namingFunction: () => deps.newId(),
    getFileIdFromRequest: (_request, lastPath) => (uuid.safeParse(lastPath).success ? lastPath : undefined),
    async onUploadCreate(request, upload) {
      const actor = actorBehind(request);
      const unitId = uuid.safeParse(upload.metadata?.['unitId']);
      if (!unitId.success) throw new AppError('invalid_input', 'The metadata must name the unit', { field: 'unitId' });
      await service.assertMayUpload(actor, unitId.data, upload.size ?? null);
      const { filename, lastModified } = upload.metadata ?? {};
      const modified = msUtc.safeParse(Number(lastModified ?? NaN));
      return {
        metadata: {
          unitId: unitId.data,
          filename: filename ?? '',
          userId: actor.userId,
          ...(modified.success ? { lastModified: String(modified.data) } : {}),
        },
      };
    },
    async onIncomingRequest(request, id) {
      // A new upload comes by POST and has no owner yet; all else is for whoever began it.
      if (request.method === 'POST') return;
      const upload = await datastore.getUpload(id);
      if (upload.metadata?.['userId'] !== actorBehind(request).userId) throw ERRORS.FILE_NOT_FOUND;
      // Whoever asks how far it came takes a complete one for sent: it must have its row first. Else «locked», by which clients ask
      // again; after any other refusal they would send the whole file a second time.
      const complete = request.method === 'HEAD' ? completeOf(upload) : null;
      if (complete)
        await service.accept(complete).catch((cause: unknown) => {
          throw new AppError('upload_locked', 'This upload cannot be recorded now', { status: 423, cause });
        });
    },
    async onUploadFinish(_request, upload) {
      const complete = toNewUpload(upload);
      if (complete) await service.accept(complete);
      return {};
    },
    onResponseError: (_request, error) => Promise.resolve(answerTo(error)),
  });

  return {
    path,
    async handle(request, response, actor) {
      actors.set(request, actor);
      await server.handle(request, response);
    },
    async unfinished(actor) {
      const found: UnfinishedUpload[] = [];
      for (const { id, changedAt } of await service.folders.uploads()) {
        const upload = await datastore.getUpload(id).catch(() => null);
        const { userId, unitId, filename, lastModified } = upload?.metadata ?? {};
        if (!upload || userId !== actor.userId || !unitId || upload.size === undefined) continue;
        if (upload.offset >= upload.size) continue;
        found.push({
          id,
          unitId,
          name: cleanLine(filename ?? '').slice(0, 300),
          size: upload.size,
          offset: upload.offset,
          lastModified: lastModified ? Number(lastModified) : null,
          changedAt: Math.round(changedAt),
        });
      }
      return found.sort((a, b) => b.changedAt - a.changedAt);
    },
    async find(id) {
      const upload = await datastore.getUpload(id).catch(() => null);
      return upload && completeOf(upload);
    },
  };
}

const completeOf = (upload: Upload): NewUpload | null =>
  upload.size !== undefined && upload.offset === upload.size ? toNewUpload(upload) : null;

function toNewUpload(upload: Upload): NewUpload | null {
  const { unitId, filename, userId } = upload.metadata ?? {};
  return unitId && userId ? { id: upload.id, unitId, name: filename ?? '', userId } : null;
}

/** Refusals speak as all our HTTP does; tus's own get a code by their status. */
function answerTo(error: unknown): { status_code: number; body: string } {
  const answer = (
    status: number,
    code: string,
    message: string,
    field: string | null = null,
    params: ErrorBody['error']['params'] = {},
  ) => ({
    status_code: status,
    body: JSON.stringify({ error: { code, message, field, params } } satisfies ErrorBody),
  });
  if (error instanceof AppError) return answer(error.status, error.code, error.message, error.field, error.params);
  if (isStorageFull(error)) return answer(507, 'storage_full', 'The disk is full');
  const { status_code: status, body } = error as { status_code?: unknown; body?: unknown };
  const codes: Record<number, string> = {
    404: 'upload_unknown',
    410: 'upload_unknown',
    409: 'upload_conflict',
    413: 'too_large',
    423: 'upload_locked',
  };
  if (typeof status === 'number')
    return answer(
      status,
      codes[status] ?? (status < 500 ? 'upload_invalid' : 'upload_failed'),
      String(body ?? '').trim(),
    );
  return answer(500, 'upload_failed', 'The upload failed');
}
