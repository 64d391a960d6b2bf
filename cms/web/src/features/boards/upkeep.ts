/** A board's upkeep in words. */
import { upkeepNoticeMs } from '../../../../../shared/protocol/api/upkeep.ts';
import { formatDate } from '../../lib/time.ts';
import { m } from '../../paraglide/messages.js';

/** @param until the first moment without, ms UTC: what is paid for until the end of a day ends with that day */
export function endWords(until: number, now: number): string {
  const day = formatDate(until - 1);
  if (until <= now) return m.upkeep_ended({ day });
  return until - now < upkeepNoticeMs ? m.upkeep_ends_soon({ day }) : m.upkeep_until({ day });
}

export const dueTone = (until: number, now: number): 'bad' | 'warn' | 'neutral' =>
  until <= now ? 'bad' : until - now < upkeepNoticeMs ? 'warn' : 'neutral';

/** Opens whatever the device shows places with (RFC 5870); nothing is fetched from anybody. */
export const placeLink = (latitude: number, longitude: number): string => `geo:${latitude},${longitude}`;
