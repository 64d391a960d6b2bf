import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { validityWords, type Validity } from '../playlists/validity.ts';
import { describeCron } from './cron-words.ts';

export interface When extends Validity {
  cron: string;
  durationMs: number;
}

/** «Hằng ngày lúc 06:00, kéo dài 2 giờ, từ 01/03/2026 đến hết ngày 30/04/2026.» */
export function scheduleSentence(when: When): string {
  const start = describeCron(when.cron);
  const length = durationWords(when.durationMs);
  const validity = validityWords(when);
  return validity === ''
    ? m.schedule_sentence({ start, length })
    : m.schedule_sentence_bounded({ start, length, validity });
}
