/** The commands that a board was given, followed while the component lives. */
import { untrack } from 'svelte';
import { givenCommands, type GivenCommands } from '../../../../../shared/protocol/api/commands.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

export function useCommands(boardId: () => string): Resource<GivenCommands> {
  const app = useApp();
  const resource = useResource((signal) => app.api.get(`/api/boards/${boardId()}/commands`, givenCommands, signal));
  const reload = (): void => untrack(() => void resource.reload());
  $effect(() => {
    const id = boardId();
    const ends = [
      app.live.on('commandsChangedV1', (message) => {
        if (message.boardId === id) reload();
      }),
      app.live.onReturn(reload),
    ];
    return () => {
      for (const end of ends) end();
    };
  });
  return resource;
}
