/** The boards in sight with their live state. */
import { untrack } from 'svelte';
import {
  board,
  boards,
  type Board,
  type BoardPresence,
  type ProgrammeProgress,
} from '../../../../../shared/protocol/api/boards.ts';
import type { App } from '../../lib/app.svelte.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

function follow(
  app: App,
  reload: () => void,
  take: { presence(p: BoardPresence): void; progress(p: ProgrammeProgress): void },
): void {
  $effect(() => {
    const ends = [
      app.live.on('boardChangedV1', (message) => take.presence(message)),
      app.live.on('programmeProgressedV1', (message) => take.progress(message)),
      app.live.onReturn(reload),
    ];
    return () => {
      for (const end of ends) end();
    };
  });
}

/** All boards, kept up to date while the component lives. */
export function useBoards(): Resource<Board[]> {
  const app = useApp();
  const resource = useResource(async (signal) => (await app.api.get('/api/boards', boards, signal)).boards);
  const change = (boardId: string, next: (board: Board) => Board): void =>
    untrack(() => {
      const known = resource.data?.some((b) => b.id === boardId) === true;
      if (known) resource.data = resource.data!.map((b) => (b.id === boardId ? next(b) : b));
      else void resource.reload();
    });
  follow(app, () => void resource.reload(), {
    presence: (presence) => change(presence.boardId, (b) => ({ ...b, presence })),
    progress: (progress) => change(progress.boardId, (b) => ({ ...b, progress })),
  });
  return resource;
}

/** One board, kept up to date while the component lives. */
export function useBoard(id: () => string): Resource<Board> {
  const app = useApp();
  const resource = useResource((signal) => app.api.get(`/api/boards/${id()}`, board, signal));
  const change = (boardId: string, next: (board: Board) => Board): void =>
    untrack(() => {
      if (resource.data?.id === boardId) resource.data = next(resource.data);
    });
  follow(app, () => void resource.reload(), {
    presence: (presence) => change(presence.boardId, (b) => ({ ...b, presence })),
    progress: (progress) => change(progress.boardId, (b) => ({ ...b, progress })),
  });
  return resource;
}
