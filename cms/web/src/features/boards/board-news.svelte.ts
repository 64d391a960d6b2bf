/** What the CMS tells of one board, followed while the component lives. */
import { untrack } from 'svelte';
import { useApp } from '../../lib/app.svelte.ts';

type News = 'playsRecordedV1' | 'screenshotsChangedV1' | 'commandsChangedV1';

/** Runs `again` at each such news of the board, and when the line is back: some may have been missed. */
export function onBoardNews(name: News, boardId: () => string, again: () => void): void {
  const { live } = useApp();
  const run = (): void => untrack(again);
  $effect(() => {
    const id = boardId();
    const ends = [
      live.on(name, (message) => {
        if (message.boardId === id) run();
      }),
      live.onReturn(run),
    ];
    return () => {
      for (const end of ends) end();
    };
  });
}
