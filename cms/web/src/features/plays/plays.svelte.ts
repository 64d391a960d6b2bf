/** A board's last plays, newest first, kept up to date while the component lives. */
import { untrack } from 'svelte';
import { plays as playsSchema, type Play } from '../../../../../shared/protocol/api/proof.ts';
import type { OverviewRange } from '../../../../../shared/protocol/api/overview.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { explain } from '../../lib/errors.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';
import { timesOf, type Content } from './address.ts';
import { followRecords } from './follow.svelte.ts';

export interface PlayList {
  plays: Play[];
  incidents: number;
  /** Where the older ones begin; null when there are none. */
  next: string | null;
}

/**
 * @param limit how many to show at first, and how many more at a time
 * @param only of one content alone, in a time
 */
export function usePlays(
  boardId: () => string,
  limit: number,
  only: () => { content: Content; range: OverviewRange } | null,
): Resource<PlayList> & { older(): Promise<string | null> } {
  const app = useApp();
  const page = async (query: Record<string, string | number>, signal?: AbortSignal): Promise<PlayList> => {
    const params = new URLSearchParams({ boardId: boardId(), limit: String(limit) });
    const chosen = only();
    if (chosen !== null) {
      const { from, to } = timesOf(chosen.range, Date.now());
      const { kind, id } = chosen.content;
      for (const [key, value] of Object.entries({ kind, contentId: id, from, to })) params.set(key, String(value));
    }
    for (const [key, value] of Object.entries(query)) params.set(key, String(value));
    return app.api.get(`/api/plays?${params}`, playsSchema, signal);
  };
  const resource: Resource<PlayList> = useResource(async (signal) => {
    const newest = await page({}, signal);
    const old = untrack(() => resource.data);
    // What had been asked for below stays below, where the new page reaches it.
    const last = newest.plays.at(-1);
    const kept = old && last && old.plays[0]?.boardId === last.boardId ? after(old.plays, last) : null;
    return kept ? { ...newest, plays: [...newest.plays, ...kept], next: old!.next } : newest;
  });

  followRecords(boardId, resource);

  return Object.assign(resource, {
    /** @returns why it failed, as a sentence */
    async older(): Promise<string | null> {
      const shown = resource.data;
      if (!shown || shown.next === null) return null;
      try {
        const next = await page({ cursor: shown.next });
        resource.data = { ...shown, plays: [...shown.plays, ...next.plays], next: next.next };
        return null;
      } catch (error) {
        return explain(error);
      }
    },
  });
}

/** The plays that follow `last` in the list; null when it is not in it. */
function after(list: readonly Play[], last: Play): Play[] | null {
  const index = list.findIndex((play) => play.journalId === last.journalId && play.seq === last.seq);
  return index === -1 ? null : list.slice(index + 1);
}
