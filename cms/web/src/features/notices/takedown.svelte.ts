/** Take-downs of a notice as the pages show them, kept up to date. */
import type { Board, ProgrammeProgress } from '../../../../../shared/protocol/api/boards.ts';
import { takedowns, type Takedowns } from '../../../../../shared/protocol/api/takedown.ts';
import { compareVersions, type Version } from '../../../../../shared/protocol/common.ts';
import { useApp, type App } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

export function useTakedowns(noticeId: () => string): Resource<Takedowns> {
  const app = useApp();
  const resource = useResource((signal) => app.api.get(`/api/notices/${noticeId()}/takedowns`, takedowns, signal));
  $effect(() => app.live.on('approvalsChangedV1', () => void resource.reload()));
  $effect(() => app.live.onReturn(() => void resource.reload()));
  return resource;
}

export const takeDown = (app: App, noticeId: string, reason: string): Promise<Takedowns> =>
  app.api.post(`/api/notices/${noticeId}/take-down`, takedowns, { reason });
export const putBack = (app: App, noticeId: string): Promise<Takedowns> =>
  app.api.post(`/api/notices/${noticeId}/put-back`, takedowns);

/** How far a board is with the version that is without the notice, or a later one; null: it has said nothing of it yet. */
export function progressWithout(board: Board | undefined, version: Version | null): ProgrammeProgress | null {
  if (!board?.progress || version === null) return null;
  return compareVersions(board.progress.version, version) >= 0 ? board.progress : null;
}
