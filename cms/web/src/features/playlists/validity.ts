/** In which days something is played, in words. */
import { m } from '../../paraglide/messages.js';
import { formatDate, formatDateTime, formatTime } from '../../lib/time.ts';

export interface Validity {
  validFrom: number | null;
  validTo: number | null;
}

export function validityState({ validFrom, validTo }: Validity, now: number): 'always' | 'later' | 'now' | 'ended' {
  if (validFrom === null && validTo === null) return 'always';
  if (validTo !== null && now >= validTo) return 'ended';
  return validFrom !== null && now < validFrom ? 'later' : 'now';
}

const fromWords = (ms: number): string => (formatTime(ms) === '00:00' ? formatDate(ms) : formatDateTime(ms));
/** An end at midnight is the end of the day before, as people say it. */
const toWords = (ms: number): string =>
  formatTime(ms) === '00:00' ? m.validity_whole_day({ date: formatDate(ms - 1) }) : formatDateTime(ms);

/** «từ 01/03/2026 đến hết ngày 30/04/2026»; '' when it has no bounds. */
export function validityWords({ validFrom, validTo }: Validity): string {
  if (validFrom !== null && validTo !== null)
    return m.validity_between({ from: fromWords(validFrom), to: toWords(validTo) });
  if (validFrom !== null) return m.validity_since({ from: fromWords(validFrom) });
  return validTo === null ? '' : m.validity_until({ to: toWords(validTo) });
}
