import { describe, expect, it } from 'vitest';
import type { BoardPresence, ProgrammeProgress } from '../../../../../shared/protocol/api/boards.ts';
import { parseDateTime } from '../../lib/time.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { presenceSince, progressTone, progressWord } from './words.ts';

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

describe('media that wait say for what', () => {
  const online = { presence: 'online' } as BoardPresence;
  const fetching = { state: 'fetching', missing: 2, errorCode: null, hours: null } as ProgrammeProgress;
  it.each([
    [{}, 'Đang tải, còn 2 tệp', 'accent'],
    [
      { errorCode: 'media_waits_hours', hours: [22 * 60, 5 * 60 + 5] },
      'Chờ giờ tải (22:00–05:05), còn 2 tệp',
      'neutral',
    ],
    [{ errorCode: 'media_waits_hours' }, 'Chờ giờ tải, còn 2 tệp', 'neutral'],
    [{ errorCode: 'media_waits_budget' }, 'Chờ sang tháng: hết ngân sách dữ liệu, còn 2 tệp', 'neutral'],
  ])('%j: %s', (changes, words, tone) => {
    const progress = { ...fetching, ...changes } as ProgrammeProgress;
    expect([progressWord(progress, online), progressTone(progress, online)]).toEqual([words, tone]);
  });
});
