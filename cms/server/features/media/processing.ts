/**
 * From a complete upload to a ready row: a row in state `processing`, a child process that makes the rendition, the finished file under
 * its final name, and then row and asset in one transaction. What is wrong with a file ends in state `failed`; what is wrong with the
 * machine or the database leaves upload and row as they are, and is tried again after a while.
 */
import { setTimeout } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { isStorageFull, MediaError, StoppedError, type MediaErrorCode } from '../../jobs/media-errors.ts';
import type { MediaResult } from '../../jobs/media-messages.ts';
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
  /**
   * Processes a row in state `processing` when its turn comes, and again when that failed by no fault of the file. Resolves when the
   * row is ready, failed or deleted, the CMS closes, or after `most` attempts. Never rejects: what went wrong stands in the row.
   */
  enqueue(row: Pick<MediaRow, 'id' | 'kind'>, most?: number): Promise<void>;
  /** Runs other work between the videos, one at a time: pictures wait for none of it. @throws StoppedError when the CMS closes */
  inTurn<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Stops a row that was deleted. */
  stop(id: string): void;
  /** 0 to 1. */
  progress(id: string): number;
  /** When it will be tried again after a fault of ours, ms UTC; null unless it waits for that. */
  retryAt(id: string): number | null;
  /** Waiting for its turn or for another attempt, or under way. */
  isBusyWith(id: string): boolean;
  /** When nothing is under way or waits for its turn; what waits for another attempt does not count. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Resolves after so many ms, or when it is aborted. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

const systemPause: Pause = (ms, signal) => setTimeout(ms, undefined, { signal, ref: false }).catch(() => undefined);

/** How long to wait after so many attempts in vain, ms. */
const pauseAfter = (attempts: number): number => Math.min(10_000 * 2 ** (attempts - 1), 3_600_000);

/** @param deps.pause how to wait for another attempt; tests pass their own */
export function createMediaProcessing(
  context: Context,
  deps: { folders: MediaFolders; run: RunMedia; pause?: Pause | undefined },
): MediaProcessing {
  const { store, sources, audit, events, log } = context;
  const { folders, run, pause = systemPause } = deps;
  // A lane each: a picture takes a moment, and a film of hours must not hold it up.
  const lanes = { image: new MediaQueue(), video: new MediaQueue() };
  const bothLanes = Object.values(lanes);
  const progress = new Map<string, number>();
  const pauses = new Map<string, { until: number; aborter: AbortController }>();
  /** By media: finished files in place whose rows may be missing, until it is known what became of it. */
  const unsure = new Map<string, Set<string>>();
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

  async function enqueue(row: Pick<MediaRow, 'id' | 'kind'>, most = Infinity): Promise<void> {
    await makeUntilDone(row, most);
    if (!closing && unsure.has(row.id)) await folders.exclusively(() => removeUnnamed(row.id));
  }

  /** Of what attempts in vain have put in place, removes what no row names. */
  async function removeUnnamed(id: string): Promise<void> {
    const hashes = unsure.get(id) ?? [];
    unsure.delete(id);
    try {
      for (const hash of hashes) if (!(await repo.findAsset(store.write, hash))) await folders.removeAsset(hash);
    } catch (error) {
      log.error({ err: error, mediaId: id }, 'what an attempt in vain has left could not be removed');
    }
    events.emit('mediaChanged', { mediaId: id });
  }

  async function makeUntilDone(row: Pick<MediaRow, 'id' | 'kind'>, most: number): Promise<void> {
    // When it closes, the next start takes it up.
    for (let attempts = 1; !closing; attempts++) {
      if ((await lanes[row.kind].add(row.id, (signal) => make(row, signal))) || closing || attempts >= most) return;
      const ms = pauseAfter(attempts);
      const aborter = new AbortController();
      pauses.set(row.id, { until: sources.now() + ms, aborter });
      events.emit('mediaChanged', { mediaId: row.id });
      await pause(ms, aborter.signal);
      pauses.delete(row.id);
      if (aborter.signal.aborted) return;
      events.emit('mediaChanged', { mediaId: row.id });
    }
  }

  /** One attempt. @returns false when it failed by no fault of the file */
  async function make(row: Pick<MediaRow, 'id' | 'kind'>, signal: AbortSignal): Promise<boolean> {
    const onProgress = (share: number): void => {
      if (share - (progress.get(row.id) ?? 0) < 0.01) return;
      progress.set(row.id, share);
      events.emit('mediaChanged', { mediaId: row.id });
    };
    let done = true;
    try {
      await attempt(row, signal, onProgress);
      await folders.removeUpload(row.id);
    } catch (error) {
      // When it was stopped, whoever stopped it knows what becomes of it.
      if (!signal.aborted) {
        log.error({ err: error, mediaId: row.id }, 'media could not be processed now; it will be tried again');
        done = false;
      }
    } finally {
      progress.delete(row.id);
      await folders
        .removeWork(row.id)
        .catch((error: unknown) => log.error({ err: error, mediaId: row.id }, 'a work folder could not be removed'));
    }
    if (done) events.emit('mediaChanged', { mediaId: row.id });
    return done;
  }

  /** Ends with the row ready or failed. @throws what is not the file's fault */
  async function attempt(
    row: Pick<MediaRow, 'id' | 'kind'>,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<void> {
    // A commit whose answer was lost has been done all the same.
    const now = await repo.findMedia(store.write, row.id);
    if (now?.state !== 'processing') return;
    if (!(await folders.hasUpload(row.id))) return fail(row, 'upload_lost');
    try {
      signal.throwIfAborted();
      const result = await run(
        { kind: row.kind, source: folders.upload(row.id), folder: folders.work(row.id) },
        { signal, onProgress },
      );
      await folders.exclusively(() => finish(row.id, result));
    } catch (error) {
      const code = codeOf(error);
      if (code === null) throw error;
      await fail(row, code);
    }
  }

  async function finish(id: string, { kind, rendition, poster, smaller }: MediaResult): Promise<void> {
    const all = [rendition, poster, ...smaller];
    const fresh: string[] = [];
    try {
      for (const made of all) if (await folders.keep(made.file, made.hash)) fresh.push(made.hash);
      const live = await store.transaction(async (tx) => {
        const ready = await repo.markReady(tx, id, {
          kind,
          hash: rendition.hash,
          size: rendition.size,
          media_type: rendition.mediaType,
          width: rendition.width,
          height: rendition.height,
          duration_ms: rendition.durationMs,
          poster_hash: poster.hash,
        });
        if (!ready) return false;
        await repo.insertResult(tx, { rendition, poster, smaller }, sources.now());
        return true;
      });
      // It was deleted meanwhile.
      if (!live) for (const hash of fresh) await folders.removeAsset(hash);
    } catch (error) {
      // After any other fault the rows may be there, though the answer was lost: the next attempt finds out.
      if (codeOf(error) !== null) for (const hash of fresh) await folders.removeAsset(hash);
      else unsure.set(id, new Set([...(unsure.get(id) ?? []), ...fresh]));
      throw error;
    }
  }

  async function fail(row: Pick<MediaRow, 'id'>, code: MediaErrorCode): Promise<void> {
    await folders.removeWork(row.id).catch(() => undefined);
    // First the space that it took: the row may need some of it.
    if (code === 'storage_full') await folders.removeUpload(row.id);
    await store.transaction((tx) => repo.markFailed(tx, row.id, code));
    await folders.removeUpload(row.id);
  }

  async function idle(): Promise<void> {
    await Promise.all(bothLanes.map((lane) => lane.idle()));
  }

  return {
    register,
    enqueue,
    async inTurn(id, work) {
      if (closing) throw new StoppedError('The CMS is closing');
      return lanes.video.add(id, work);
    },
    stop(id) {
      for (const lane of bothLanes) lane.abort(id, new StoppedError('It was deleted'));
      pauses.get(id)?.aborter.abort();
    },
    progress: (id) => progress.get(id) ?? 0,
    retryAt: (id) => pauses.get(id)?.until ?? null,
    isBusyWith: (id) => bothLanes.some((lane) => lane.has(id)) || pauses.has(id),
    idle,
    async close() {
      closing = true;
      for (const { aborter } of pauses.values()) aborter.abort();
      for (const lane of bothLanes) lane.abortAll(new StoppedError('The CMS is closing'));
      await idle();
    },
  };
}

/** What is wrong with the file, or with the disk that it fills; null when neither is to blame. */
function codeOf(error: unknown): MediaErrorCode | null {
  if (isStorageFull(error) || isDatabaseFull(error)) return 'storage_full';
  return error instanceof MediaError ? error.code : null;
}
