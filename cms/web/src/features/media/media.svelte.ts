/** All media in sight, for whatever shows them by their hash; kept up to date while the component lives. */
import { untrack } from 'svelte';
import {
  media as mediaSchema,
  mediaList,
  type Media,
  type MediaList,
} from '../../../../../shared/protocol/api/media.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { ApiError } from '../../lib/api.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

export function useMedia(): Resource<Media[]> {
  const app = useApp();
  const resource = useResource(async (signal) => {
    const all: Media[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page: MediaList = await app.api.get(`/api/media?limit=200${query}`, mediaList, signal);
      all.push(...page.media);
      cursor = page.next;
    } while (cursor !== null);
    return all;
  });

  async function refresh(mediaId: string): Promise<void> {
    let next: Media | null = null;
    try {
      next = await app.api.get(`/api/media/${mediaId}`, mediaSchema);
    } catch (error) {
      // Deleted by someone else in between; anything else shows at the next load of the list.
      if (!(error instanceof ApiError)) throw error;
      if (error.status !== 404) return;
    }
    const others = (resource.data ?? []).filter((item) => item.id !== mediaId);
    const index = (resource.data ?? []).findIndex((item) => item.id === mediaId);
    if (next) others.splice(index === -1 ? 0 : index, 0, next);
    resource.data = others;
  }

  $effect(() => {
    const ends = [
      app.live.on('mediaChangedV1', ({ mediaId }) => untrack(() => void refresh(mediaId))),
      app.live.onReturn(() => void resource.reload()),
    ];
    return () => {
      for (const end of ends) end();
    };
  });
  return resource;
}
