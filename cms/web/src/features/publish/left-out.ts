/** Notices that the programmes would hold but for their approval: which they are, and what is to be done about each, by whom. */
import { notices, type NoticeRow } from '../../../../../shared/protocol/api/content.ts';
import { publishers } from '../../../../../shared/protocol/api/publishing.ts';
import type { Api } from '../../lib/api.ts';
import { queryOf } from '../../lib/pages.svelte.ts';
import { noticesById } from '../notices/notices.svelte.ts';

/** names: null where they are not known. */
export type Way =
  { how: 'decide' } | { how: 'submit' } | { how: 'mend' } | { how: 'ask'; names: readonly string[] | null };
export interface LeftOut {
  /** All that wait, also those that are out of the person's sight. */
  readonly total: number;
  /** The first of them. */
  readonly named: readonly { readonly notice: NoticeRow; readonly way: Way }[];
}

/**
 * What of the notices still waits: others may have approved some since the programmes were looked at.
 * @param most named before the rest is counted
 * @throws ApiError where the notices cannot be read
 */
export async function findLeftOut(
  api: Api,
  ids: readonly string[],
  most: number,
  signal?: AbortSignal,
): Promise<LeftOut> {
  const rows = await noticesById(api, ids, signal);
  const total = ids.length - rows.filter(({ approvedVersion }) => approvedVersion !== null).length;
  const open = rows.filter(({ approvedVersion }) => approvedVersion === null).slice(0, most);
  if (open.length === 0) return { total, named: [] };
  const query = queryOf({ ids: open.map(({ id }) => id).join(','), toDecide: 'true' });
  const mine = new Set((await api.get(`/api/notices${query}`, notices, signal)).notices.map(({ id }) => id));
  const wayOf = async ({ id, state, unitId }: NoticeRow): Promise<Way> => {
    if (mine.has(id)) return { how: 'decide' };
    if (state !== 'submitted') return state === 'returned' ? { how: 'mend' } : { how: 'submit' };
    // Whoever may only read there is not told who else is.
    const answer = await api.get(`/api/units/${unitId}/approvers`, publishers, signal).catch(() => null);
    return { how: 'ask', names: answer?.names ?? null };
  };
  return { total, named: await Promise.all(open.map(async (notice) => ({ notice, way: await wayOf(notice) }))) };
}
