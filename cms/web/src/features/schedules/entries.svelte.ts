/** Schedule entries in lists, with what their playlists are called. */
import { scheduleEntries, type ScheduleRow } from '../../../../../shared/protocol/api/content.ts';
import type { Api } from '../../lib/api.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { allPages, queryOf, usePages, type FoundPage, type Pages } from '../../lib/pages.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

async function load(
  api: Api,
  query: { q?: string; playlistId?: string | undefined; cursor: string | null; limit?: number },
  signal?: AbortSignal,
): Promise<FoundPage<ScheduleRow>> {
  const answer = await api.get(`/api/schedule-entries${queryOf(query)}`, scheduleEntries, signal);
  return { items: answer.entries, next: answer.next, total: answer.total, filtered: (query.q ?? '') !== '' };
}

/** Those that fit, the newest edit first. */
export function useScheduleEntries(query: () => string): Pages<FoundPage<ScheduleRow>> {
  const app = useApp();
  return usePages((cursor, signal) => load(app.api, { q: query().trim().slice(0, 300), cursor }, signal));
}

/** All in sight, or those of one playlist; as last loaded. */
export function useAllEntries(playlistId?: () => string | undefined): Resource<ScheduleRow[]> {
  const app = useApp();
  return useResource((signal) => {
    const of = playlistId?.();
    return allPages((cursor) => load(app.api, { playlistId: of, cursor, limit: 200 }, signal));
  });
}
