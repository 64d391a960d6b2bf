/** Playlists in lists: what they are, without their items. */
import { playlists, type PlaylistRow } from '../../../../../shared/protocol/api/content.ts';
import type { Api } from '../../lib/api.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { allPages, queryOf, usePages, type FoundPage, type Pages } from '../../lib/pages.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

async function load(
  api: Api,
  query: { q?: string; cursor: string | null; limit?: number },
  signal?: AbortSignal,
): Promise<FoundPage<PlaylistRow>> {
  const answer = await api.get(`/api/playlists${queryOf(query)}`, playlists, signal);
  return { items: answer.playlists, next: answer.next, total: answer.total, filtered: (query.q ?? '') !== '' };
}

/** Those that fit, the newest edit first. */
export function usePlaylists(query: () => string): Pages<FoundPage<PlaylistRow>> {
  const app = useApp();
  return usePages((cursor, signal) => load(app.api, { q: query().trim().slice(0, 300), cursor }, signal));
}

/** All in sight, to choose from; as last loaded. */
export function useAllPlaylists(): Resource<PlaylistRow[]> {
  const app = useApp();
  return useResource((signal) => allPages((cursor) => load(app.api, { cursor, limit: 200 }, signal)));
}
