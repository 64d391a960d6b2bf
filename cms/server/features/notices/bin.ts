/** Notices go into the recycle bin and come back as they were: with their state, their versions, and a take-down that holds. */
import { binMs } from '../../../../shared/protocol/api/bin.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { putIntoBin, takeOutOfBin } from '../../store/bin.ts';
import * as repo from './repo.ts';
import type { NoticeRecord } from './repo.ts';
import { assertUnused } from './uses.ts';

export interface NoticeBin {
  /** Deletes it, as it was at `revision` if one is named. @throws AppError `revision_conflict` 409, `in_use` 409 with params.where */
  remove(actor: Actor, id: string, revision?: number): Promise<void>;
  /** Takes it out of the bin; of one that is not in it nothing changes. @throws AppError `notice_unknown` 404, `forbidden` */
  restore(actor: Actor, id: string): Promise<void>;
}

export interface NoticeBinDeps {
  /** Whether the person may see it. @throws AppError `notice_unknown` 404 when there is none, or it is out of sight */
  readonly inSight: (actor: Actor, record: NoticeRecord | null) => NoticeRecord;
  readonly conflict: (current: NoticeRecord) => Error;
}

export function createNoticeBin(context: Context, { inSight, conflict }: NoticeBinDeps): NoticeBin {
  const { store, sources, access, audit, events } = context;

  /** Whoever has it open; and what waits for a decision is one less, or one more. */
  function tell({ id, state, unitId }: NoticeRecord): void {
    events.emit('contentSaved', { kind: 'notice', id });
    if (state === 'submitted' || state === 'returned') events.emit('approvalsChanged', { unitId });
  }

  return {
    async remove(actor, id, revision) {
      const record = inSight(actor, await repo.findNotice(store.read, id));
      if (revision !== undefined && record.revision !== revision) throw conflict(record);
      access.assert(actor, 'content.edit', record.unitId);
      await store.transaction(async (tx) => {
        // First, so that whoever begins to use it waits, and finds it gone; who used it before is seen.
        if (!(await putIntoBin(tx, 'notices', id, { revision, by: actor.userId, now: sources.now() }))) {
          inSight(actor, await repo.findNotice(tx, id));
          throw conflict(record);
        }
        assertUnused(await repo.usesOf(tx, id));
        await audit(tx, {
          actor,
          action: 'notice.deleted',
          subjectType: 'notice',
          subjectId: id,
          unitId: record.unitId,
          detail: { title: record.title },
        });
      });
      tell(record);
    },
    async restore(actor, id) {
      const binned = await repo.findInBin(store.read, id, sources.now() - binMs);
      const record = inSight(actor, binned ?? (await repo.findNotice(store.read, id)));
      access.assert(actor, 'content.edit', record.unitId);
      const back = await store.transaction(async (tx) => {
        if (!(await takeOutOfBin(tx, 'notices', id))) return false;
        await audit(tx, {
          actor,
          action: 'notice.restored',
          subjectType: 'notice',
          subjectId: id,
          unitId: record.unitId,
          detail: { title: record.title },
        });
        return true;
      });
      if (back) tell(record);
    },
  };
}
