/** Playlists in lists: what they are, without their items. */
import { playlists, type PlaylistRow } from '../../../../../shared/protocol/api/content.ts';
import type { Api } from '../../lib/api.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { allPages, queryOf, usePages, type FoundPage, type Pages } from '../../lib/pages.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

async function load(
  api: Api,
  query: { q?: string; unitId?: string; noticeId?: string; cursor: string | null; limit?: number },
  signal?: AbortSignal,
): Promise<FoundPage<PlaylistRow>> {
  const answer = await api.get(`/api/playlists${queryOf(query)}`, playlists, signal);
  return { items: answer.playlists, next: answer.next, total: answer.total, filtered: (query.q ?? '') !== '' };
}

/** Those that fit, the newest edit first. @param within only of this unit and those below it */
export function usePlaylists(query: () => string, within?: () => string): Pages<FoundPage<PlaylistRow>> {
  const app = useApp();
  return usePages((cursor, signal) =>
    load(app.api, { q: query().trim().slice(0, 300), ...(within ? { unitId: within() } : {}), cursor }, signal),
  );
}

/** Those that hold a notice. */
export function usePlaylistsHolding(noticeId: () => string): Resource<PlaylistRow[]> {
  const app = useApp();
  return useResource((signal) => playlistsHolding(app.api, noticeId(), signal));
}

export const playlistsHolding = (api: Api, noticeId: string, signal?: AbortSignal): Promise<PlaylistRow[]> =>
  allPages((cursor) => load(api, { noticeId, cursor, limit: 200 }, signal));

/** All in sight, to choose from; as last loaded. */
export function useAllPlaylists(): Resource<PlaylistRow[]> {
  const app = useApp();
  return useResource((signal) => allPages((cursor) => load(app.api, { cursor, limit: 200 }, signal)));
}
