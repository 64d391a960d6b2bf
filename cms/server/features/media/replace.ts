/** Another file in the place of one: the notices that show it show the other from then on, and boards at their next publication. */
import { binMs } from '../../../../shared/protocol/api/bin.ts';
import { maxMediaTags, type MediaReplaced } from '../../../../shared/protocol/api/media.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { showOtherAsset } from '../notices/other-asset.ts';
import * as binRepo from './bin-repo.ts';
import * as libraryRepo from './library-repo.ts';
import type { MediaLibrary } from './library.ts';
import * as repo from './repo.ts';
import type { MediaRow } from './repo.ts';
import { foldedOf, foldedTag } from './search.ts';
import { findNoticesShowing } from './uses-repo.ts';

export interface MediaReplacing {
  /**
   * In every notice that this person may edit, also in those that could be restored. Notices of other units go on with the old file,
   * which then stays in the library; otherwise it goes into the recycle bin. Its tags go over.
   * @param by the new file's id
   * @throws AppError `media_unknown` 404, `forbidden` 403; `media_unfinished`, `media_same`, `asset_of_other_kind` 409
   */
  replace(actor: Actor, id: string, by: string): Promise<MediaReplaced>;
}

export function createMediaReplacing(
  { store, sources, access, audit, events }: Context,
  { library }: { library: Pick<MediaLibrary, 'find' | 'get'> },
): MediaReplacing {
  const refused = (code: string, message: string): AppError =>
    new AppError(code, message, { status: 409, field: 'by' });

  /** Both, so that neither is deleted or renamed meanwhile; in the order of ids, for two may replace each by the other's. */
  async function hold(tx: Tx, id: string, by: string): Promise<{ old: MediaRow; next: MediaRow }> {
    const rows = new Map<string, MediaRow | null>();
    for (const one of [id, by].sort()) rows.set(one, await repo.holdMedia(tx, one));
    const [old, next] = [rows.get(id), rows.get(by)];
    if (!old || !next) throw new AppError('media_unknown', 'There is no such file', { status: 404 });
    return { old, next };
  }

  return {
    async replace(actor, id, by) {
      const seen = await library.find(actor, id);
      await library.find(actor, by);
      access.assert(actor, 'content.edit', seen.unit_id);

      const done = await store.transaction(async (tx) => {
        const now = sources.now();
        const { old, next } = await hold(tx, id, by);
        const [from, to] = [old.hash, next.hash];
        if (from === null || to === null) throw refused('media_unfinished', 'One of the files is not ready');
        if (from === to) throw refused('media_same', 'Both files have the same content');
        if (old.kind !== next.kind) throw refused('asset_of_other_kind', `A ${next.kind} cannot replace a ${old.kind}`);
        const showing = await findNoticesShowing(tx, from, now - binMs);
        const mine = showing.filter(({ unitId }) => access.can(actor, 'content.edit', unitId));
        const kept = showing.length - mine.length;
        const edited = await showOtherAsset(tx, audit, { actor, ids: mine.map((use) => use.id), from, to, now });
        const notices = mine.filter((use) => edited.has(use.id));
        if (access.can(actor, 'content.edit', next.unit_id)) {
          const tags = await libraryRepo.findTags(tx, [id, by]);
          const had = tags.get(by) ?? [];
          const added = (tags.get(id) ?? []).slice(0, Math.max(0, maxMediaTags - had.length));
          await libraryRepo.addTags(tx, by, new Map(added.map((tag) => [foldedTag(tag), tag])));
          const all = (await libraryRepo.findTags(tx, [by])).get(by) ?? [];
          await libraryRepo.setName(tx, by, { name: next.name, folded: foldedOf(next.name, all) });
        }
        const binned = kept === 0;
        if (binned) await binRepo.markDeleted(tx, id, { deleted_at: now, deleted_by: actor.userId, purged_at: null });
        await audit(tx, {
          actor,
          action: 'media.replaced',
          subjectType: 'media',
          subjectId: id,
          unitId: old.unit_id,
          detail: { name: old.name, by: { id: by, name: next.name }, notices: notices.map((use) => use.id), kept },
        });
        return { notices, kept, binned };
      });
      for (const notice of done.notices) events.emit('contentSaved', { kind: 'notice', id: notice.id });
      for (const mediaId of [id, by]) events.emit('mediaChanged', { mediaId });
      return { media: await library.get(actor, by), ...done };
    },
  };
}
