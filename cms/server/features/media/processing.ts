/**
 * From a complete upload to a ready row: a row in state `processing`, a child process that makes the rendition, the finished file under
 * its final name, and then row and asset in one transaction.
 */
import type { Context } from '../../context.ts';
import { isStorageFull, MediaError, StoppedError, type MediaErrorCode } from '../../jobs/media-errors.ts';
import type { MadeFile, MediaResult } from '../../jobs/media-messages.ts';
import { MediaQueue } from '../../jobs/media-queue.ts';
import type { RunMedia } from '../../jobs/media-runner.ts';
import { sniffFile } from '../../jobs/media-sniff.ts';
import { isStorageFull as isDatabaseFull, isUniqueViolation } from '../../store/errors.ts';
import { cleanLine } from '../../text.ts';
import type { MediaFolders } from './files.ts';
import * as repo from './repo.ts';
import type { MediaRow } from './repo.ts';
import { foldedOf } from './search.ts';

export interface NewUpload {
  /** The upload's id, which becomes the media's. The file lies in the uploads folder under it. */
  readonly id: string;
  readonly unitId: string;
  readonly name: string;
  readonly userId: string;
}

export interface MediaProcessing {
  /** Records a complete upload. Twice with one id does nothing. @returns the row when there is something to process */
  register(upload: NewUpload): Promise<MediaRow | null>;
  /** Processes a row in state `processing` when its turn comes. Never rejects: what went wrong stands in the row. */
  enqueue(row: Pick<MediaRow, 'id' | 'kind'>): Promise<void>;
  /** Marks a row failed and removes what belongs to it. */
  fail(row: Pick<MediaRow, 'id' | 'kind'>, error: unknown): Promise<void>;
  /** Stops a row that was deleted. */
  stop(id: string): void;
  /** 0 to 1. */
  progress(id: string): number;
  isBusyWith(id: string): boolean;
  idle(): Promise<void>;
  close(): Promise<void>;
}

export function createMediaProcessing(
  context: Context,
  deps: { folders: MediaFolders; run: RunMedia },
): MediaProcessing {
  const { store, sources, audit, events, log } = context;
  const { folders, run } = deps;
  const queue = new MediaQueue();
  const progress = new Map<string, number>();
  let closing = false;

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
      deleted_by: null,
      purged_at: null,
      folded: foldedOf(name, []),
      replaces: null,
    };
    if (failure === null) await folders.syncUpload(upload.id);
    try {
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
    } catch (error) {
      // Its sender and housekeeping may bring one upload at the same time.
      if (isUniqueViolation(error)) return null;
      throw error;
    }
    if (failure !== null) await folders.removeUpload(upload.id);
    events.emit('mediaChanged', { mediaId: row.id });
    return failure === null ? row : null;
  }

  function enqueue(row: Pick<MediaRow, 'id' | 'kind'>): Promise<void> {
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
      const result = await run(
        { kind: row.kind, source: folders.upload(row.id), folder: folders.work(row.id) },
        { signal, onProgress },
      );
      await finish(row.id, result);
      // Renditions by board shape (several sizes of one original) would keep the original here.
      await folders.removeUpload(row.id);
    } catch (error) {
      if (!(error instanceof StoppedError)) await fail(row, error);
    } finally {
      progress.delete(row.id);
      await folders
        .removeWork(row.id)
        .catch((error: unknown) => log.error({ err: error, mediaId: row.id }, 'a work folder could not be removed'));
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

  const assetRow = (made: MadeFile): repo.NewAsset => ({
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
    if (!(error instanceof MediaError) && !full)
      log.error({ err: error, mediaId: row.id }, 'media could not be processed');
    const code: MediaErrorCode = full
      ? 'storage_full'
      : error instanceof MediaError
        ? error.code
        : row.kind === 'video'
          ? 'video_unreadable'
          : 'image_unreadable';
    // First the space that it took: the row may need some of it.
    await folders.removeWork(row.id).catch(() => undefined);
    await folders
      .removeUpload(row.id)
      .catch((err: unknown) => log.error({ err, mediaId: row.id }, 'an upload could not be removed'));
    try {
      await store.transaction((tx) => repo.markFailed(tx, row.id, code));
    } catch (err) {
      // The row stays `processing`; without its upload the next start marks it failed.
      log.error({ err, mediaId: row.id, code }, 'a failed file could not be marked');
    }
  }

  return {
    register,
    enqueue,
    fail,
    stop: (id) => queue.abort(id, new StoppedError('It was deleted')),
    progress: (id) => progress.get(id) ?? 0,
    isBusyWith: (id) => queue.has(id),
    idle: () => queue.idle(),
    async close() {
      closing = true;
      queue.abortAll(new StoppedError('The CMS is closing'));
      await queue.idle();
    },
  };
}
