/** Smaller copies of what a release before made without them, or in other sizes: made between people's own files, one at a time. */
import { isStorageFull, StoppedError } from '../../jobs/media-errors.ts';
import { ladder } from '../../jobs/media-ladder.ts';
import type { MadeFile } from '../../jobs/media-messages.ts';
import type { RunSmaller } from '../../jobs/media-runner.ts';
import { isStorageFull as isDatabaseFull } from '../../store/errors.ts';
import type { Context } from '../../context.ts';
import type { MediaFolders } from './files.ts';
import type { MediaProcessing } from './processing.ts';
import * as repo from './repo.ts';
import type { AssetRow } from './repo.ts';

export interface MediaSizes {
  /** Never rejects: what could not be made is tried at the next start, and boards fetch the largest until then. */
  makeMissing(): Promise<void>;
}

export function createMediaSizes(
  { store, sources, log }: Context,
  deps: { folders: MediaFolders; processing: Pick<MediaProcessing, 'inTurn'>; run: RunSmaller },
): MediaSizes {
  const { folders, processing, run } = deps;

  async function make(asset: AssetRow, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const job = {
      kind: asset.media_type.startsWith('video/') ? ('video' as const) : ('image' as const),
      source: folders.asset(asset.hash),
      folder: folders.work(asset.hash),
      smallerOf: { size: asset.size, width: asset.width, height: asset.height, durationMs: asset.duration_ms },
    };
    try {
      const { smaller } = await run(job, { signal, onProgress: () => {} });
      await folders.exclusively(() => finish(asset.hash, smaller));
    } finally {
      await folders.removeWork(asset.hash);
    }
  }

  async function finish(hash: string, smaller: readonly MadeFile[]): Promise<void> {
    // It may have gone for good meanwhile; nobody else takes assets away while this has its turn.
    if (!(await repo.findAsset(store.write, hash))) return;
    for (const made of smaller) await folders.keep(made.file, made.hash);
    await store.transaction(async (tx) => {
      for (const made of smaller) await repo.insertAsset(tx, repo.assetRow(made, sources.now()));
      const copies = smaller.map((made) => made.hash);
      await repo.setSmaller(tx, hash, copies, ladder);
    });
  }

  return {
    async makeMissing() {
      try {
        for (const asset of await repo.findOtherLadder(store.write, ladder)) {
          await processing
            .inTurn(asset.hash, (signal) => make(asset, signal))
            .catch((error: unknown) => {
              if (error instanceof StoppedError || isStorageFull(error) || isDatabaseFull(error)) throw error;
              log.error({ err: error, hash: asset.hash }, 'smaller copies of a media file could not be made');
            });
        }
      } catch (error) {
        if (!(error instanceof StoppedError)) log.error({ err: error }, 'smaller copies could not be made');
      }
    },
  };
}
