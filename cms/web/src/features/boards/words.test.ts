import { describe, expect, it } from 'vitest';
import type { BoardPresence } from '../../../../../shared/protocol/api/boards.ts';
import { parseDateTime } from '../../lib/time.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { presenceSince } from './words.ts';

overwriteGetLocale(() => 'vi');
const at = (time: string): number => parseDateTime(time)!;

describe('how long a board has been there or away', () => {
  it.each([
    ['online', '05/03/2026 09:30', 'vừa kết nối'],
    ['offline', '05/03/2026 09:30', 'vừa mất kết nối'],
    ['online', '05/03/2026 09:25', 'đã kết nối 5 phút'],
    ['offline', '05/03/2026 06:00', 'từ hôm nay 06:00'],
    ['offline', '04/03/2026 17:05', 'từ hôm qua 17:05'],
  ] as const)('%s since %s: «%s»', (presence, since, words) => {
    const said = presenceSince({ presence, since: at(since) } as BoardPresence, at('05/03/2026 09:30') + 30_000);
    expect(said).toBe(words);
  });
});
