/** Puts a notice into a playlist, or takes it out, from beside the notice: whatever else is in the playlist stays as it is. */
import { playlist as playlistSchema, type Playlist } from '../../../../../shared/protocol/api/content.ts';
import { ApiError, type Api } from '../../lib/api.ts';

type Items = Playlist['items'];
/** Takes back what was done, and nothing that somebody has done since. @throws ApiError */
export type WayBack = () => Promise<void>;

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
export async function addToPlaylist(
  api: Api,
  playlistId: string,
  noticeId: string,
  newId: () => string,
): Promise<WayBack> {
  const itemId = newId();
  await change(api, playlistId, (items) =>
    items.some((item) => item.noticeId === noticeId)
      ? items
      : [...items, { itemId, noticeId, durationMs: null, validFrom: null, validTo: null }],
  );
  return () => change(api, playlistId, (items) => items.filter((item) => item.itemId !== itemId));
}

/** As often as it is in it; the way back puts each of them where it stood, with its own length and days. @throws ApiError */
export async function takeOutOfPlaylist(api: Api, playlistId: string, noticeId: string): Promise<WayBack> {
  let before: Items = [];
  await change(api, playlistId, (items) => {
    before = items;
    return items.filter((item) => item.noticeId !== noticeId);
  });
  return () =>
    change(api, playlistId, (items) =>
      before.reduce(
        (all, item, index) =>
          item.noticeId !== noticeId || all.some(({ itemId }) => itemId === item.itemId)
            ? all
            : all.toSpliced(index, 0, item),
        items,
      ),
    );
}
