/** What follows the records that a board's player sends. */
import type { Resource } from '../../lib/resource.svelte.ts';
import { onBoardNews } from '../boards/board-news.svelte.ts';

/** Loads it again whenever records have come, and when the line is back, while the component lives. */
export function followRecords(boardId: () => string, resource: Pick<Resource<unknown>, 'refresh'>): void {
  onBoardNews('playsRecordedV1', boardId, () => void resource.refresh());
}
