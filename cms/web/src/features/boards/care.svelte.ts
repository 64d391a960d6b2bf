/** What a board was told to do and how its player is doing, each asked for once on a page and followed while it lives. */
import { untrack } from 'svelte';
import { givenCommands, type GivenCommands } from '../../../../../shared/protocol/api/commands.ts';
import { statusAnswer, type StatusAnswer } from '../../../../../shared/protocol/status.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { Resource, useResource } from '../../lib/resource.svelte.ts';
import { onBoardNews } from './board-news.svelte.ts';
import { watchStatus } from './status-watch.ts';

/** Of nobody who may give none: they are shown none. */
export function useCommands(boardId: () => string): Resource<GivenCommands> {
  const { api, session } = useApp();
  const mayGive = $derived(session.may('board.command') || session.may('board.cut'));
  const resource = useResource<GivenCommands>((signal) => {
    const path = `/api/boards/${boardId()}/commands`;
    return mayGive ? api.get(path, givenCommands, signal) : new Promise<never>(() => undefined);
  });
  onBoardNews('commandsChangedV1', boardId, () => void (mayGive && resource.reload()));
  return resource;
}

export function useBoardStatus(boardId: () => string): Resource<StatusAnswer> {
  const { api, live } = useApp();
  const id = $derived(boardId());
  const resource = new Resource((signal) => api.get(`/api/boards/${id}/status`, statusAnswer, signal));
  const load = (): void => untrack(() => void resource.reload());

  $effect(() => {
    const followed = id;
    return live.on('boardStatusChangedV1', ({ boardId }) => {
      if (boardId === followed) load();
    });
  });
  $effect(() => {
    const [boardId, { state }] = [id, live];
    if (state === 'online') return untrack(() => watchStatus(live, boardId, load));
    // What is shown already stays while the connection is away.
    if (state === 'lost' && untrack(() => resource.data === null)) load();
  });
  $effect(() => () => resource.stop());
  return resource;
}
