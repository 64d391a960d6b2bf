/** Pictures that another job has made, as the pages of a document: they become media without having been uploaded. */
import type { Context } from '../../context.ts';
import type { MediaResult } from '../../jobs/media-messages.ts';
import type { Tx } from '../../store/store.ts';
import type { MediaFolders } from './files.ts';
import * as repo from './repo.ts';
import { foldedOf } from './search.ts';

export interface MadePicture {
  /** What it is called in the library. */
  readonly name: string;
  /** Finished files on the file system of the media. */
  readonly result: MediaResult;
}

export interface MadeMedia {
  /**
   * Puts pictures into the library of a unit, all of them or none.
   * @param also in the same transaction, with the ids of the new media in order; when it answers false nothing is kept
   * @returns what `also` answered
   */
  addMade(
    owner: { unitId: string; userId: string },
    pictures: readonly MadePicture[],
    also: (tx: Tx, ids: readonly string[]) => Promise<boolean>,
  ): Promise<boolean>;
}

/** Rolls the transaction back. */
class UnwantedError extends Error {}

export function createMadeMedia({ store, sources, events }: Context, deps: { folders: MediaFolders }): MadeMedia {
  const { folders } = deps;

  async function add(
    owner: { unitId: string; userId: string },
    pictures: readonly MadePicture[],
    also: (tx: Tx, ids: readonly string[]) => Promise<boolean>,
  ): Promise<boolean> {
    const ids = pictures.map(() => sources.newId());
    const fresh: string[] = [];
    try {
      for (const { result } of pictures)
        for (const file of [result.rendition, result.poster, ...result.smaller])
          if (await folders.keep(file.file, file.hash)) fresh.push(file.hash);
      await store.transaction(async (tx) => {
        const now = sources.now();
        for (const [at, { name, result }] of pictures.entries()) {
          await repo.insertResult(tx, result, now);
          await repo.insertMedia(tx, readyRow(ids[at]!, owner, name, result, now));
        }
        if (!(await also(tx, ids))) throw new UnwantedError();
      });
    } catch (error) {
      // What the transaction was to name is named by nobody, unless its answer was lost.
      for (const hash of fresh) if (!(await repo.findAsset(store.write, hash))) await folders.removeAsset(hash);
      if (error instanceof UnwantedError) return false;
      throw error;
    }
    for (const mediaId of ids) events.emit('mediaChanged', { mediaId });
    return true;
  }

  return { addMade: (owner, pictures, also) => folders.exclusively(() => add(owner, pictures, also)) };
}

const readyRow = (
  id: string,
  owner: { unitId: string; userId: string },
  name: string,
  { kind, rendition, poster }: MediaResult,
  now: number,
): repo.MediaRow => ({
  id,
  unit_id: owner.unitId,
  name,
  state: 'ready',
  error_code: null,
  kind,
  hash: rendition.hash,
  size: rendition.size,
  media_type: rendition.mediaType,
  width: rendition.width,
  height: rendition.height,
  duration_ms: rendition.durationMs,
  poster_hash: poster.hash,
  created_at: now,
  created_by: owner.userId,
  deleted_at: null,
  deleted_by: null,
  purged_at: null,
  folded: foldedOf(name, []),
});
