/** Another file in the notices that show one. */
import { withAssets } from '../../../../shared/protocol/programme.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Audit } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import * as repo from './repo.ts';

/**
 * Edits the notices of these ids so that they show `to` in place of `from` (hashes). The caller has checked the rights.
 * @throws AppError `revision_conflict` 409 when somebody edits one at the same time
 */
export async function showOtherAsset(
  tx: Tx,
  audit: Audit,
  change: { actor: Actor; ids: readonly string[]; from: string; to: string; now: number },
): Promise<void> {
  const { actor, ids, from, to, now } = change;
  for (const notice of await repo.findNotices(tx, ids)) {
    const content = withAssets(notice.content, (hash) => (hash === from ? to : hash));
    if (!(await repo.updateNotice(tx, notice.id, notice.revision, { ...notice, content }, actor.userId, now)))
      throw new AppError('revision_conflict', 'Somebody else has changed a notice meanwhile', {
        status: 409,
        params: { revision: notice.revision },
      });
    await audit(tx, {
      actor,
      action: 'notice.changed',
      subjectType: 'notice',
      subjectId: notice.id,
      unitId: notice.unitId,
      detail: {
        revision: notice.revision + 1,
        before: { title: notice.title, content: notice.content, durationMs: notice.durationMs },
      },
    });
  }
}
