/** What follows the records that a board's player sends. */
import type { Resource } from '../../lib/resource.svelte.ts';
import { onBoardNews } from '../boards/board-news.svelte.ts';

/** Loads it again whenever records have come, and when the line is back, while the component lives. */
export function followRecords(boardId: () => string, resource: Pick<Resource<unknown>, 'loading' | 'reload'>): void {
  let wanted = false;
  async function refresh(): Promise<void> {
    // While one answer is on its way, one more is asked for afterwards, not one per message.
    if (resource.loading) {
      wanted = true;
      return;
    }
    await resource.reload();
    if (wanted) {
      wanted = false;
      await refresh();
    }
  }
  onBoardNews('playsRecordedV1', boardId, () => void refresh());
}
