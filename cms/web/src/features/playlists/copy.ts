/** A playlist made from another. */
import { v7 as uuidv7 } from 'uuid';
import { playlist as playlistSchema, type Playlist } from '../../../../../shared/protocol/api/content.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import type { App } from '../../lib/app.svelte.ts';
import { m } from '../../paraglide/messages.js';
import { navigate } from '../../routes.ts';
import { copyName } from './items.ts';

/**
 * Makes one with the same items, which nothing plays yet, and opens it. It belongs to the same unit; for who may not edit there, to
 * their own.
 * @throws what the CMS refuses
 */
export async function copyPlaylist(app: App, id: string, units: readonly Unit[]): Promise<void> {
  const { name, unitId, items } = await app.api.get(`/api/playlists/${id}`, playlistSchema);
  const own = app.session.signedIn.grants.find(({ unitId: at }) => app.session.mayAt('content.edit', at, units));
  const copy: Playlist = await app.api.post('/api/playlists', playlistSchema, {
    unitId: app.session.mayAt('content.edit', unitId, units) ? unitId : (own?.unitId ?? unitId),
    name: copyName(name),
    items: items.map((item) => ({ ...item, itemId: uuidv7() })),
  });
  app.toasts.good(m.playlist_copied({ name: copy.name }));
  await navigate('/playlists/:id', { params: { id: copy.id } });
}
