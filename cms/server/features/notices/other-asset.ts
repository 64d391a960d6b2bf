/** Another file in the notices that show one, or will when they are restored. */
import { binMs } from '../../../../shared/protocol/api/bin.ts';
import { withAssets } from '../../../../shared/protocol/programme.ts';
import type { Actor } from '../../access.ts';
import type { Audit } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import * as repo from './repo.ts';

/**
 * Edits the notices of these ids so that they show `to` in place of `from` (hashes), those too that lie in the recycle bin. The caller
 * has checked the rights.
 * @returns the ids of those that showed it; somebody may have edited or deleted one meanwhile
 */
export async function showOtherAsset(
  tx: Tx,
  audit: Audit,
  change: { actor: Actor; ids: readonly string[]; from: string; to: string; now: number },
): Promise<ReadonlySet<string>> {
  const edited = new Set<string>();
  const { actor, ids, from, to, now } = change;
  const since = now - binMs;
  for (const notice of await repo.holdNoticesToEdit(tx, ids, since)) {
    let shows = false;
    const content = withAssets(notice.content, (hash) => {
      if (hash !== from) return hash;
      shows = true;
      return to;
    });
    if (!shows) continue;
    edited.add(notice.id);
    // It is held, so the revision is the one that was read.
    await repo.updateNotice(tx, notice.id, notice.revision, { ...notice, content }, actor.userId, now, since);
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
  return edited;
}
