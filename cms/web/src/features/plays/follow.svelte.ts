/** What follows the records that a board's player sends. */
import { untrack } from 'svelte';
import { useApp } from '../../lib/app.svelte.ts';
import type { Resource } from '../../lib/resource.svelte.ts';

/** Loads it again whenever records have come, and when the line is back, while the component lives. */
export function followRecords(boardId: () => string, resource: Pick<Resource<unknown>, 'loading' | 'reload'>): void {
  const { live } = useApp();
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
  $effect(() => {
    const id = boardId();
    const ends = [
      live.on('playsRecordedV1', (message) => {
        if (message.boardId === id) untrack(() => void refresh());
      }),
      live.onReturn(() => void refresh()),
    ];
    return () => {
      for (const end of ends) end();
    };
  });
}
