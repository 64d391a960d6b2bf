import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { validityWords, type Validity } from '../playlists/validity.ts';
import { choiceOf, timeWord } from './cron-choice.ts';
import { describeCron } from './cron-words.ts';
import { onceOf } from './once.ts';

export interface When extends Validity {
  cron: string;
  durationMs: number;
}

/** «Hằng ngày lúc 06:00, kéo dài 2 giờ, từ 01/03/2026 đến hết ngày 30/04/2026.», «Chỉ ngày 05/03/2026 lúc 06:00, kéo dài 2 giờ.» */
export function scheduleSentence(when: When): string {
  const length = durationWords(when.durationMs);
  const once = onceOf(when);
  if (once !== null) {
    const { hour, minute } = choiceOf(when.cron);
    const date = once.split('-').reverse().join('/');
    return m.schedule_sentence({ start: m.cron_once_at({ date, time: timeWord(hour, minute) }), length });
  }
  const start = describeCron(when.cron);
  const validity = validityWords(when);
  return validity === ''
    ? m.schedule_sentence({ start, length })
    : m.schedule_sentence_bounded({ start, length, validity });
}
