/** The commands that a board was given, followed while the component lives. */
import { givenCommands, type GivenCommands } from '../../../../../shared/protocol/api/commands.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';
import { onBoardNews } from './board-news.svelte.ts';

export function useCommands(boardId: () => string): Resource<GivenCommands> {
  const app = useApp();
  const resource = useResource((signal) => app.api.get(`/api/boards/${boardId()}/commands`, givenCommands, signal));
  onBoardNews('commandsChangedV1', boardId, () => void resource.reload());
  return resource;
}
