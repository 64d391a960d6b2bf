import { playlists, type Playlist } from '../../../../../shared/protocol/api/content.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

/** The playlists in sight, as last loaded. */
export function usePlaylists(): Resource<Playlist[]> {
  const app = useApp();
  return useResource(async (signal) => (await app.api.get('/api/playlists', playlists, signal)).playlists);
}
