/** The list of what a player wrote down beside plays. */
import type { z } from 'zod';
import type { boardEvents } from '../../../../../shared/protocol/api/proof.ts';

export type EventList = z.infer<typeof boardEvents>;

/** The first page anew, with what was read below it where the two meet. */
export function renewed(newest: EventList, held: EventList | null): EventList {
  const last = newest.events.at(-1);
  if (!last || !held) return newest;
  const meets = held.events.findIndex((event) => event.journalId === last.journalId && event.seq === last.seq);
  const below = meets === -1 ? [] : held.events.slice(meets + 1);
  return below.length === 0 ? newest : { events: [...newest.events, ...below], next: held.next };
}
