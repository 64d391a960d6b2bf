/** The pictures of a board's screen that are kept, followed while the component lives, and the asking for another one. */
import {
  screenshot,
  screenshots as screenshotsSchema,
  type Screenshot,
} from '../../../../../shared/protocol/api/screenshots.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { explain } from '../../lib/errors.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';
import { onBoardNews } from './board-news.svelte.ts';

/** How often a page asks whether the picture has come, ms: the news of it may be lost. */
const askEveryMs = 3_000;

export interface Screenshots {
  readonly resource: Resource<Screenshot[]>;
  /** A picture is on its way. */
  readonly waiting: boolean;
  /** Why the last request was not taken, as a sentence; null when the list itself tells it, or nothing is wrong. */
  readonly error: string | null;
  ask(): Promise<void>;
}

export function useScreenshots(boardId: () => string): Screenshots {
  const app = useApp();
  const path = (): string => `/api/boards/${boardId()}/screenshots`;
  const resource = useResource(async (signal) => (await app.api.get(path(), screenshotsSchema, signal)).screenshots);
  let asking = $state(false);
  let error = $state<string | null>(null);
  const waiting = $derived(asking || resource.data?.some(({ state }) => state === 'waiting') === true);
  const reload = (): void => void resource.reload();

  onBoardNews('screenshotsChangedV1', boardId, reload);
  $effect(() => {
    if (!waiting) return;
    const timer = setInterval(reload, askEveryMs);
    return () => clearInterval(timer);
  });

  return {
    resource,
    get waiting() {
      return waiting;
    },
    get error() {
      return error;
    },
    async ask() {
      asking = true;
      error = null;
      const before = resource.data?.[0]?.id;
      try {
        await app.api.post(path(), screenshot);
      } catch (thrown) {
        error = explain(thrown);
      }
      await resource.reload();
      // An attempt that the CMS wrote down tells more than the refusal.
      if (resource.data?.[0]?.state === 'failed' && resource.data[0].id !== before) error = null;
      asking = false;
    },
  };
}

export const pictureUrl = ({ boardId, id }: Screenshot): string => `/api/boards/${boardId}/screenshots/${id}/picture`;
