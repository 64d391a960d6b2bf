/** Being told how a board's player is doing, while a page shows it. */
import type { Live } from '../../lib/live.svelte.ts';

/** Until a watch that the CMS did not take is asked for again, ms: a player says how it is doing about as often. */
const againMs = 60_000;

/**
 * Watches first and loads then, so that nothing between the two is missed.
 * @param load what is shown; called again with each attempt, where the CMS does not take the watch
 * @returns ends it
 */
export function watchStatus(live: Pick<Live, 'ask'>, boardId: string, load: () => void): () => void {
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = async (): Promise<void> => {
    const taken = await live.ask('watchBoardV1', { boardId });
    if (ended) return;
    load();
    if (taken === null) timer = setTimeout(() => void watch(), againMs);
  };
  void watch();
  return () => {
    ended = true;
    clearTimeout(timer);
    void live.ask('unwatchBoardV1', { boardId });
  };
}
