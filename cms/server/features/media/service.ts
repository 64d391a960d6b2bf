/** Media: uploads, files that boards can play, and who may see and use them. processing.ts makes the one of the other. */
import { unfinishedUploadMs, type Media } from '../../../../shared/protocol/api/media.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { isStorageFull, MediaError, type MediaErrorCode } from '../../jobs/media-errors.ts';
import {
  createMediaRunner,
  createSmallerRunner,
  defaultMediaLimits,
  type RunMedia,
  type RunSmaller,
} from '../../jobs/media-runner.ts';
import type { Tx } from '../../store/store.ts';
import { maySeeContent } from '../notices/sight.ts';
import type { UnitsService } from '../units/service.ts';
import { createMediaBin, type MediaBin } from './bin.ts';
import { MediaFolders } from './files.ts';
import { createMadeMedia, type MadeMedia } from './made.ts';
import { createMediaLibrary, type MediaLibrary } from './library.ts';
import { createMediaProcessing, type NewUpload, type Pause } from './processing.ts';
import { createMediaReplacing, type MediaReplacing } from './replace.ts';
import * as repo from './repo.ts';
import type { AssetRow, SmallerRow } from './repo.ts';

export type { SmallerRow } from './repo.ts';
import { createMediaSizes } from './sizes.ts';

export type Asset = AssetRow;

export type { NewUpload } from './processing.ts';

export interface MediaService
  extends
    Pick<MediaLibrary, 'list' | 'get' | 'edit' | 'tags' | 'uses'>,
    Pick<MediaBin, 'remove' | 'restore'>,
    Pick<MediaReplacing, 'replace'>,
    MadeMedia {
  /** Deletes for good what has lain in the recycle bin long enough and no programme holds: see MediaBin.empty. */
  emptyBin: MediaBin['empty'];
  /** Whether an upload of so many bytes (null: not known yet) may begin. @throws AppError `forbidden`, `file_empty`, `too_large`, `storage_full` */
  assertMayUpload(actor: Actor, unitId: string, size: number | null): Promise<void>;
  /** A complete upload: makes its row and processes it in the background. Twice with one id does nothing. Throws what the store throws. */
  accept(upload: NewUpload): Promise<void>;
  /** Takes a file of the CMS's own disk, as if it had been uploaded, and waits until it is ready. @throws MediaError, and Error when no fault of the file stops it */
  importMedia(input: { unitId: string; file: string; name: string; userId: string }): Promise<Media>;
  /** The file and its type, for serving. */
  asset(hash: string): Promise<{ file: string; size: number; mediaType: string } | null>;
  assets(hashes: readonly string[], tx?: Tx): Promise<Asset[]>;
  /** The smaller copies of these assets. */
  smaller(hashes: readonly string[]): Promise<SmallerRow[]>;
  /** Small pictures of files, by the file's hash; of those that have one. */
  posters(hashes: readonly string[]): Promise<Map<string, string>>;
  /** An asset that this person may put into a notice, or null. */
  usableAsset(actor: Actor, hash: string): Promise<Asset | null>;
  /** The unit of a media row, for whoever passes `mediaChanged` on; null when there is none. */
  unitOf(id: string): Promise<string | null>;
  readonly maxUploadBytes: number;
  readonly folders: MediaFolders;
  /** Mends what the last end left; to be called once before requests are taken. */
  start(findUpload: FindUpload): Promise<void>;
  /** Takes on complete uploads that have no row yet, and deletes those that nobody went on with for a week. @returns how many it deleted */
  tidyUploads(findUpload: FindUpload): Promise<number>;
  /** When nothing is being processed. */
  idle(): Promise<void>;
  /** Stops processing; the next start takes it up again. */
  close(): Promise<void>;
}

/** What a complete upload on disk is; null for one that is not complete. */
export type FindUpload = (id: string) => Promise<NewUpload | null>;

export interface MediaDeps {
  readonly units: Pick<UnitsService, 'tree'>;
  /** Largest upload, bytes. */
  readonly maxUploadBytes?: number;
  readonly run?: RunMedia;
  readonly runSmaller?: RunSmaller;
  /** How to wait before another attempt. */
  readonly pause?: Pause;
  /** Bytes free on the uploads' disk. */
  readonly freeBytes?: () => Promise<number>;
}

const defaultMaxUploadBytes = 2 * 1024 ** 3;
/** An upload may not take the last of the disk: database and renditions need some too. */
const reserveBytes = 256 * 1024 ** 2;

export function createMediaService(context: Context, deps: MediaDeps): MediaService {
  const { store, sources, access, log } = context;
  const folders = new MediaFolders(context.folders);
  const { tree } = deps.units;
  const maxUploadBytes = deps.maxUploadBytes ?? defaultMaxUploadBytes;
  const run = deps.run ?? createMediaRunner(defaultMediaLimits);
  const freeBytes = deps.freeBytes ?? (() => folders.free());
  const processing = createMediaProcessing(context, { folders, run, pause: deps.pause });
  const { register, enqueue } = processing;

  const library = createMediaLibrary(context, { tree, processing });

  const sizes = createMediaSizes(context, {
    folders,
    processing,
    run: deps.runSmaller ?? createSmallerRunner(defaultMediaLimits),
  });
  let missing: Promise<void> = Promise.resolve();
  const replacing = createMediaReplacing(context, { library });
  const made = createMadeMedia(context, { folders });
  const bin = createMediaBin(context, { tree, folders, library, processing });

  async function accept(upload: NewUpload): Promise<void> {
    try {
      const row = await register(upload);
      if (row) void enqueue(row);
    } catch (error) {
      log.error({ err: error, mediaId: upload.id }, 'a complete upload could not be recorded');
      throw error;
    }
  }

  /** @returns false when it must wait for the next time */
  const accepted = (upload: NewUpload): Promise<boolean> =>
    accept(upload).then(
      () => true,
      () => false,
    );

  return {
    maxUploadBytes,
    folders,
    list: (actor, query) => library.list(actor, query),
    get: (actor, id) => library.get(actor, id),
    edit: (actor, id, change) => library.edit(actor, id, change),
    tags: (actor) => library.tags(actor),
    uses: (actor, id) => library.uses(actor, id),
    remove: (actor, id) => bin.remove(actor, id),
    restore: (actor, id) => bin.restore(actor, id),
    replace: (actor, id, by) => replacing.replace(actor, id, by),
    addMade: (owner, pictures, also) => made.addMade(owner, pictures, also),
    emptyBin: (inUse) => bin.empty(inUse),
    async assertMayUpload(actor, unitId, size) {
      access.assert(actor, 'content.edit', unitId);
      if (size === 0) throw new MediaError('file_empty', 'The file is empty');
      if (size !== null && size > maxUploadBytes)
        throw new MediaError('too_large', `A file may have ${maxUploadBytes} bytes at most`, {
          params: { maxBytes: maxUploadBytes },
        });
      // Once for the upload and about once more for the rendition.
      if ((await freeBytes()) < reserveBytes + 2 * (size ?? 0))
        throw new MediaError('storage_full', 'The disk is full');
    },
    accept,
    async importMedia({ unitId, file, name, userId }) {
      const id = sources.newId();
      try {
        await folders.takeIn(id, file);
        const row = await register({ id, unitId, name, userId });
        if (row) await enqueue(row, 1);
      } catch (error) {
        await folders.removeUpload(id);
        if (isStorageFull(error)) throw new MediaError('storage_full', 'The disk is full', { cause: error });
        throw error;
      }
      const row = await repo.findMedia(store.write, id);
      if (row?.state === 'processing')
        throw new Error(`${name} could not be processed now; the next start tries again`);
      if (row?.state !== 'ready')
        throw new MediaError(
          (row?.error_code ?? 'upload_lost') as MediaErrorCode,
          `${name} could not be made into media`,
        );
      return library.view(row);
    },
    async asset(hash) {
      const row = await repo.findAsset(store.read, hash);
      return row && { file: folders.asset(hash), size: row.size, mediaType: row.media_type };
    },
    assets: (hashes, tx) => repo.findAssets(tx ?? store.read, hashes),
    smaller: (hashes) => repo.findSmaller(store.read, hashes),
    posters: (hashes) => repo.findPosters(store.read, hashes),
    async usableAsset(actor, hash) {
      const units = await repo.unitsHolding(store.read, hash);
      return units.some((unitId) => maySeeContent(actor, access, tree, unitId))
        ? repo.findAsset(store.read, hash)
        : null;
    },
    async unitOf(id) {
      const row = await repo.findMedia(store.read, id);
      return row?.unit_id ?? null;
    },
    async start(findUpload) {
      await library.foldOldRows();
      await folders.removeAllWork();
      for (const row of await repo.findProcessing(store.write)) void enqueue(row);
      for (const { id } of await folders.uploads()) {
        if (processing.isBusyWith(id)) continue;
        // Complete, but the process ended before its row was made; or its row was done and only the file remained.
        if (await repo.mediaExists(store.write, id)) await folders.removeUpload(id);
        else {
          const upload = await findUpload(id);
          if (upload) await accepted(upload);
        }
      }
      // What people wait for is in the queue already.
      missing = sizes.makeMissing();
    },
    async tidyUploads(findUpload) {
      const before = sources.now() - unfinishedUploadMs;
      let removed = 0;
      for (const { id, changedAt } of await folders.uploads()) {
        if (processing.isBusyWith(id)) continue;
        const upload = await findUpload(id);
        if (upload && !(await accepted(upload))) continue;
        if (changedAt >= before || processing.isBusyWith(id)) continue;
        await folders.removeUpload(id);
        removed++;
      }
      return removed;
    },
    async idle() {
      await Promise.all([missing, processing.idle()]);
    },
    async close() {
      await Promise.all([processing.close(), missing]);
    },
  };
}
