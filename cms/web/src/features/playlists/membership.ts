/** Puts a notice into a playlist, or takes it out, from beside the notice: whatever else is in the playlist stays as it is. */
import { playlist as playlistSchema, type Playlist } from '../../../../../shared/protocol/api/content.ts';
import { ApiError, type Api } from '../../lib/api.ts';

type Items = Playlist['items'];

async function change(api: Api, playlistId: string, changed: (items: Items) => Items, again = true): Promise<void> {
  const path = `/api/playlists/${playlistId}`;
  const { unitId, name, items, revision } = await api.get(path, playlistSchema);
  const next = changed(items);
  if (next.length === items.length) return;
  try {
    await api.put(path, playlistSchema, { unitId, name, items: next, revision });
  } catch (error) {
    // Somebody has edited it this moment: once more with what they made of it.
    if (!again || !(error instanceof ApiError && error.code === 'revision_conflict')) throw error;
    await change(api, playlistId, changed, false);
  }
}

/** At its end; in a playlist that holds it already nothing changes. @throws ApiError */
export const addToPlaylist = (api: Api, playlistId: string, noticeId: string, newId: () => string): Promise<void> =>
  change(api, playlistId, (items) =>
    items.some((item) => item.noticeId === noticeId)
      ? items
      : [...items, { itemId: newId(), noticeId, durationMs: null, validFrom: null, validTo: null }],
  );

/** As often as it is in it. @throws ApiError */
export const takeOutOfPlaylist = (api: Api, playlistId: string, noticeId: string): Promise<void> =>
  change(api, playlistId, (items) => items.filter((item) => item.noticeId !== noticeId));
