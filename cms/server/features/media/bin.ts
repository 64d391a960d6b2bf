/** The recycle bin: what is deleted lies there for a while, can be taken out again, and goes for good when nothing needs it. */
import { binMs } from '../../../../shared/protocol/api/bin.ts';
import type { Media } from '../../../../shared/protocol/api/media.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { maySeeContent } from '../notices/sight.ts';
import type { UnitsService } from '../units/service.ts';
import * as binRepo from './bin-repo.ts';
import type { MediaFolders } from './files.ts';
import type { MediaLibrary } from './library.ts';
import type { MediaProcessing } from './processing.ts';
import * as repo from './repo.ts';
import { findNoticesShowing, isShown } from './uses-repo.ts';

export interface MediaBin {
  /**
   * Puts a file into the recycle bin; one that never became ready goes for good.
   * @throws AppError `in_use` 409 with params.where, `media_unknown`, `forbidden`
   */
  remove(actor: Actor, id: string): Promise<void>;
  /** Takes a file out of the bin; of one that is not in it nothing changes. @throws AppError `media_unknown`, `forbidden` */
  restore(actor: Actor, id: string): Promise<Media>;
  /**
   * Deletes for good what has lain in the bin for `binMs`, with its files, unless a programme holds it, a notice shows it (or would,
   * being restored), or another media has the same content.
   * @param inUse names the files that programmes hold; asked only when something is due
   * @returns how many files of the library are gone
   */
  empty(inUse: () => Promise<ReadonlySet<string>>): Promise<number>;
}

export interface MediaBinDeps {
  readonly tree: UnitsService['tree'];
  readonly folders: MediaFolders;
  readonly library: Pick<MediaLibrary, 'find' | 'get'>;
  readonly processing: Pick<MediaProcessing, 'stop'>;
}

export function createMediaBin(context: Context, deps: MediaBinDeps): MediaBin {
  const { store, sources, access, audit, events, log } = context;
  const { tree, folders, library, processing } = deps;

  /** @returns whether it is gone for good */
  async function purge(row: binRepo.DueRow, before: number, held: ReadonlySet<string>): Promise<boolean> {
    const files = await binRepo.findFilesOf(store.write, row);
    if (files.some((hash) => held.has(hash))) return false;
    const unused = await store.transaction(async (tx) => {
      if (row.hash !== null && (await isShown(tx, row.hash, before))) return null;
      if (!(await binRepo.markPurged(tx, row.id, before, sources.now()))) return null;
      const removed: string[] = [];
      for (const hash of files) if (await binRepo.deleteAssetIfUnused(tx, hash)) removed.push(hash);
      await audit(tx, {
        actor: null,
        action: 'media.purged',
        subjectType: 'media',
        subjectId: row.id,
        unitId: row.unit_id,
        detail: { name: row.name, hash: row.hash },
      });
      return removed;
    });
    // The rows are gone: a file that stays behind costs space and nothing else.
    for (const hash of unused ?? [])
      await folders
        .removeAsset(hash)
        .catch((error: unknown) => log.error({ err: error, hash }, 'a media file could not be removed'));
    return unused !== null;
  }

  return {
    async remove(actor, id) {
      const seen = await library.find(actor, id);
      access.assert(actor, 'content.edit', seen.unit_id);
      const row = await store.transaction(async (tx) => {
        // What it is now: it may have become ready meanwhile, and then it goes into the bin like any other.
        const row = await repo.holdMedia(tx, id);
        if (!row) return null;
        // Another copy of the same file keeps the notice's picture in the library.
        const copies = row.hash === null ? [] : await repo.unitsHolding(tx, row.hash);
        const where = row.hash === null || copies.length > 1 ? [] : await findNoticesShowing(tx, row.hash);
        if (where.length > 0) {
          const names = where.slice(0, 5).map(({ name }) => name);
          throw new AppError('in_use', 'Notices show this file', {
            status: 409,
            params: { where: names.join(', '), count: where.length },
          });
        }
        const now = sources.now();
        const purged_at = row.state === 'ready' ? null : now;
        await binRepo.markDeleted(tx, id, { deleted_at: now, deleted_by: actor.userId, purged_at });
        await audit(tx, {
          actor,
          action: 'media.deleted',
          subjectType: 'media',
          subjectId: id,
          unitId: row.unit_id,
          detail: { name: row.name },
        });
        return row;
      });
      // Somebody else has deleted it.
      if (row === null) return;
      processing.stop(id);
      if (row.state === 'processing') await folders.removeUpload(id);
      events.emit('mediaChanged', { mediaId: id });
    },

    async restore(actor, id) {
      const row = (await binRepo.findDeleted(store.read, id)) ?? (await library.find(actor, id));
      if (!maySeeContent(actor, access, tree, row.unit_id))
        throw new AppError('media_unknown', 'There is no such file', { status: 404 });
      access.assert(actor, 'content.edit', row.unit_id);
      await store.transaction(async (tx) => {
        if (!(await binRepo.markRestored(tx, id))) return;
        await audit(tx, {
          actor,
          action: 'media.restored',
          subjectType: 'media',
          subjectId: id,
          unitId: row.unit_id,
          detail: { name: row.name },
        });
      });
      events.emit('mediaChanged', { mediaId: id });
      return library.get(actor, id);
    },

    async empty(inUse) {
      const before = sources.now() - binMs;
      const due = await binRepo.findDue(store.write, before);
      if (due.length === 0) return 0;
      const held = await inUse();
      let gone = 0;
      for (const row of due) if (await folders.exclusively(() => purge(row, before, held))) gone++;
      return gone;
    },
  };
}
