/**
 * Media: from an upload to a file that boards can play. An upload becomes a row in state `processing`; a child process makes the
 * rendition; row and asset become visible in one transaction, when the file is on disk under its final name. What a crash leaves is
 * mended at the next start.
 */
import type { Media } from '../../../../shared/protocol/api/content.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { isStorageFull, MediaError, type MediaErrorCode } from '../../jobs/media-errors.ts';
import type { MadeFile, MediaResult } from '../../jobs/media-messages.ts';
import { MediaQueue } from '../../jobs/media-queue.ts';
import { createMediaRunner, defaultMediaLimits, type RunMedia } from '../../jobs/media-runner.ts';
import { sniffFile } from '../../jobs/media-sniff.ts';
import type { Tx } from '../../store/store.ts';
import { isStorageFull as isDatabaseFull } from '../../store/errors.ts';
import { cleanLine } from '../../text.ts';
import { contentUnits, maySeeContent } from '../notices/sight.ts';
import type { UnitsService } from '../units/service.ts';
import { MediaFolders } from './files.ts';
import * as repo from './repo.ts';
import type { AssetRow, MediaRow } from './repo.ts';

export type Asset = AssetRow;

export interface NewUpload {
  /** The upload's id, which becomes the media's. The file lies in the uploads folder under it. */
  readonly id: string;
  readonly unitId: string;
  readonly name: string;
  readonly userId: string;
}

export interface MediaService {
  list(actor: Actor): Promise<Media[]>;
  /** @throws AppError `media_unknown` 404 */
  get(actor: Actor, id: string): Promise<Media>;
  /** @throws AppError `in_use` 409 with params.where, `media_unknown`, `forbidden` */
  remove(actor: Actor, id: string): Promise<void>;
  /** Whether an upload of so many bytes (null: not known yet) may begin. @throws AppError `forbidden`, `file_empty`, `too_large`, `storage_full` */
  assertMayUpload(actor: Actor, unitId: string, size: number | null): Promise<void>;
  /** A complete upload: makes its row and processes it in the background. Twice with one id does nothing. */
  accept(upload: NewUpload): Promise<void>;
  /** Deletes what a broken or given-up upload left. */
  discardUpload(id: string): Promise<void>;
  /** Takes a file of the CMS's own disk, as if it had been uploaded, and waits until it is ready. @throws MediaError */
  importMedia(input: { unitId: string; file: string; name: string; userId: string }): Promise<Media>;
  /** The file and its type, for serving. */
  asset(hash: string): Promise<{ file: string; size: number; mediaType: string } | null>;
  assets(hashes: readonly string[], tx?: Tx): Promise<Asset[]>;
  /** An asset that this person may put into a notice, or null. */
  usableAsset(actor: Actor, hash: string): Promise<Asset | null>;
  /** The unit of a media row, for whoever passes `mediaChanged` on; null when there is none. */
  unitOf(id: string): Promise<string | null>;
  readonly maxUploadBytes: number;
  readonly folders: MediaFolders;
  /** Mends what the last end left; to be called once before requests are taken. */
  start(findUpload: (id: string) => Promise<NewUpload | null>): Promise<void>;
  /** Deletes uploads that nobody went on with for a day. @returns how many */
  removeAbandonedUploads(): Promise<number>;
  /** When nothing is being processed. */
  idle(): Promise<void>;
  /** Stops processing; the next start takes it up again. */
  close(): Promise<void>;
}

export interface MediaDeps {
  readonly units: Pick<UnitsService, 'tree'>;
  /** Largest upload, bytes. */
  readonly maxUploadBytes?: number;
  readonly run?: RunMedia;
  /** Bytes free on the uploads' disk. */
  readonly freeBytes?: () => Promise<number>;
}

const defaultMaxUploadBytes = 2 * 1024 ** 3;
/** An upload may not take the last of the disk: database and renditions need some too. */
const reserveBytes = 256 * 1024 ** 2;
const abandonedMs = 86_400_000;

class StoppedError extends Error {}

export function createMediaService(context: Context, deps: MediaDeps): MediaService {
  const { store, sources, access, audit, events, log } = context;
  const folders = new MediaFolders(context.folders);
  const { tree } = deps.units;
  const maxUploadBytes = deps.maxUploadBytes ?? defaultMaxUploadBytes;
  const run = deps.run ?? createMediaRunner(defaultMediaLimits);
  const freeBytes = deps.freeBytes ?? (() => folders.free());
  const queue = new MediaQueue();
  const progress = new Map<string, number>();
  let closing = false;

  const view = (row: MediaRow): Media => ({
    id: row.id,
    unitId: row.unit_id,
    name: row.name,
    state: row.state,
    errorCode: row.error_code,
    progress: row.state === 'processing' ? (progress.get(row.id) ?? 0) : null,
    kind: row.kind,
    hash: row.hash,
    size: row.size,
    mediaType: row.media_type,
    width: row.width,
    height: row.height,
    durationMs: row.duration_ms,
    posterHash: row.poster_hash,
    createdAt: row.created_at,
  });

  async function find(actor: Actor, id: string): Promise<MediaRow> {
    const row = await repo.findMedia(store.read, id);
    if (!row || !maySeeContent(actor, access, tree, row.unit_id)) throw new AppError('media_unknown', 'There is no such file', { status: 404 });
    return row;
  }

  /** Records what is known at once. @returns the row when there is something to process */
  async function register(upload: NewUpload): Promise<MediaRow | null> {
    if (await repo.mediaExists(store.write, upload.id)) return null;
    const name = cleanLine(upload.name).slice(0, 300) || upload.id;
    // Only a guess, for the row of a file that turns out to be neither.
    let kind: MediaRow['kind'] = /\.(mp4|m4v|mov|webm|mkv|avi|ts|mpe?g|wmv|flv)$/i.test(name) ? 'video' : 'image';
    let failure: MediaErrorCode | null = null;
    try {
      kind = (await sniffFile(folders.upload(upload.id))).kind;
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      failure = error.code;
    }
    const row: MediaRow = {
      id: upload.id,
      unit_id: upload.unitId,
      name,
      state: failure === null ? 'processing' : 'failed',
      error_code: failure,
      kind,
      hash: null,
      size: null,
      media_type: null,
      width: null,
      height: null,
      duration_ms: null,
      poster_hash: null,
      created_at: sources.now(),
      created_by: upload.userId,
      deleted_at: null,
    };
    await store.transaction(async (tx) => {
      await repo.insertMedia(tx, row);
      await audit(tx, {
        actor: { userId: upload.userId },
        action: 'media.uploaded',
        subjectType: 'media',
        subjectId: row.id,
        unitId: row.unit_id,
        detail: { name, errorCode: failure },
      });
    });
    if (failure !== null) await folders.removeUpload(upload.id);
    events.emit('mediaChanged', { mediaId: row.id });
    return failure === null ? row : null;
  }

  /** Puts a row in state `processing` to the queue. Never rejects: what went wrong stands in the row. */
  function process(row: Pick<MediaRow, 'id' | 'kind'>): Promise<void> {
    // The next start takes it up.
    return closing ? Promise.resolve() : queue.add(row.id, (signal) => make(row, signal));
  }

  async function make(row: Pick<MediaRow, 'id' | 'kind'>, signal: AbortSignal): Promise<void> {
    const onProgress = (share: number): void => {
      if (share - (progress.get(row.id) ?? 0) < 0.01) return;
      progress.set(row.id, share);
      events.emit('mediaChanged', { mediaId: row.id });
    };
    try {
      signal.throwIfAborted();
      const result = await run({ kind: row.kind, source: folders.upload(row.id), folder: folders.work(row.id) }, { signal, onProgress });
      await finish(row.id, result);
      // Renditions by board shape (several sizes of one original) would keep the original here.
      await folders.removeUpload(row.id);
    } catch (error) {
      if (!(error instanceof StoppedError)) await fail(row, error);
    } finally {
      progress.delete(row.id);
      await folders.removeWork(row.id).catch((error: unknown) => log.error({ err: error, mediaId: row.id }, 'a work folder could not be removed'));
    }
    events.emit('mediaChanged', { mediaId: row.id });
  }

  async function finish(id: string, { kind, rendition, poster }: MediaResult): Promise<void> {
    const fresh: string[] = [];
    try {
      for (const made of [rendition, poster]) if (await folders.keep(made.file, made.hash)) fresh.push(made.hash);
      await store.transaction(async (tx) => {
        const live = await repo.markReady(tx, id, {
          kind,
          hash: rendition.hash,
          size: rendition.size,
          media_type: rendition.mediaType,
          width: rendition.width,
          height: rendition.height,
          duration_ms: rendition.durationMs,
          poster_hash: poster.hash,
        });
        if (!live) throw new StoppedError('It was deleted while it was processed');
        for (const made of [rendition, poster]) await repo.insertAsset(tx, assetRow(made));
      });
    } catch (error) {
      for (const hash of fresh) await folders.removeAsset(hash);
      throw error;
    }
  }

  const assetRow = (made: MadeFile): AssetRow => ({
    hash: made.hash,
    size: made.size,
    media_type: made.mediaType,
    width: made.width,
    height: made.height,
    duration_ms: made.durationMs,
    created_at: sources.now(),
  });

  async function fail(row: Pick<MediaRow, 'id' | 'kind'>, error: unknown): Promise<void> {
    const full = isStorageFull(error) || isDatabaseFull(error);
    if (!(error instanceof MediaError) && !full) log.error({ err: error, mediaId: row.id }, 'media could not be processed');
    const code: MediaErrorCode = full ? 'storage_full' : error instanceof MediaError ? error.code : row.kind === 'video' ? 'video_unreadable' : 'image_unreadable';
    // First the space that it took: the row may need some of it.
    await folders.removeWork(row.id).catch(() => undefined);
    await folders.removeUpload(row.id).catch((err: unknown) => log.error({ err, mediaId: row.id }, 'an upload could not be removed'));
    try {
      await store.transaction((tx) => repo.markFailed(tx, row.id, code));
    } catch (err) {
      // The row stays `processing`; without its upload the next start marks it failed.
      log.error({ err, mediaId: row.id, code }, 'a failed file could not be marked');
    }
  }

  return {
    maxUploadBytes,
    folders,
    async list(actor) {
      return (await repo.findMediaOfUnits(store.read, contentUnits(actor, access, tree))).map(view);
    },
    async get(actor, id) {
      return view(await find(actor, id));
    },
    async remove(actor, id) {
      const row = await find(actor, id);
      access.assert(actor, 'content.edit', row.unit_id);
      await store.transaction(async (tx) => {
        // Another copy of the same file keeps the notice's picture in the library.
        const copies = row.hash === null ? [] : await repo.unitsHolding(tx, row.hash);
        const where = row.hash === null || copies.length > 1 ? [] : await repo.noticesShowing(tx, row.hash);
        if (where.length > 0)
          throw new AppError('in_use', 'Notices show this file', { status: 409, params: { where: where.slice(0, 5).join(', '), count: where.length } });
        await repo.markDeleted(tx, id, sources.now());
        await audit(tx, { actor, action: 'media.deleted', subjectType: 'media', subjectId: id, unitId: row.unit_id, detail: { name: row.name } });
      });
      queue.abort(id, new StoppedError('It was deleted'));
      if (row.state === 'processing') await folders.removeUpload(id);
      events.emit('mediaChanged', { mediaId: id });
    },
    async assertMayUpload(actor, unitId, size) {
      access.assert(actor, 'content.edit', unitId);
      if (size === 0) throw new MediaError('file_empty', 'The file is empty');
      if (size !== null && size > maxUploadBytes)
        throw new MediaError('too_large', `A file may have ${maxUploadBytes} bytes at most`, { params: { maxBytes: maxUploadBytes } });
      // Once for the upload and about once more for the rendition.
      if ((await freeBytes()) < reserveBytes + 2 * (size ?? 0)) throw new MediaError('storage_full', 'The disk is full');
    },
    async accept(upload) {
      const row = await register(upload);
      if (row) void process(row);
    },
    discardUpload: (id) => folders.removeUpload(id),
    async importMedia({ unitId, file, name, userId }) {
      const id = sources.newId();
      try {
        await folders.takeIn(id, file);
        const row = await register({ id, unitId, name, userId });
        if (row) await process(row);
      } catch (error) {
        await folders.removeUpload(id);
        if (isStorageFull(error)) throw new MediaError('storage_full', 'The disk is full', { cause: error });
        throw error;
      }
      const row = await repo.findMedia(store.write, id);
      if (row?.state !== 'ready') throw new MediaError((row?.error_code ?? 'upload_lost') as MediaErrorCode, `${name} could not be made into media`);
      return view(row);
    },
    async asset(hash) {
      const row = await repo.findAsset(store.read, hash);
      return row && { file: folders.asset(hash), size: row.size, mediaType: row.media_type };
    },
    assets: (hashes, tx) => repo.findAssets(tx ?? store.read, hashes),
    async usableAsset(actor, hash) {
      const units = await repo.unitsHolding(store.read, hash);
      return units.some((unitId) => maySeeContent(actor, access, tree, unitId)) ? repo.findAsset(store.read, hash) : null;
    },
    async unitOf(id) {
      const row = await repo.findMedia(store.read, id);
      return row?.unit_id ?? null;
    },
    async start(findUpload) {
      await folders.removeAllWork();
      for (const row of await repo.findProcessing(store.write)) {
        if (await folders.hasUpload(row.id)) void process(row);
        else await fail(row, new MediaError('upload_lost', 'The upload is gone'));
      }
      for (const { id } of await folders.uploads()) {
        if (queue.has(id)) continue;
        // Complete, but the process ended before its row was made; or its row was done and only the file remained.
        if (await repo.mediaExists(store.write, id)) await folders.removeUpload(id);
        else {
          const upload = await findUpload(id);
          const row = upload && (await register(upload));
          if (row) void process(row);
        }
      }
    },
    async removeAbandonedUploads() {
      const before = sources.now() - abandonedMs;
      let removed = 0;
      for (const { id, changedAt } of await folders.uploads()) {
        if (changedAt >= before || queue.has(id)) continue;
        await folders.removeUpload(id);
        removed++;
      }
      return removed;
    },
    idle: () => queue.idle(),
    async close() {
      closing = true;
      queue.abortAll(new StoppedError('The CMS is closing'));
      await queue.idle();
    },
  };
}
