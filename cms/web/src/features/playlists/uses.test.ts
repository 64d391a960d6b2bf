import { describe, expect, it } from 'vitest';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { usesOf } from './uses.ts';

overwriteGetLocale(() => 'vi');
const entry = (name: string, playlistId: string, validTo: number | null = null) => ({
  id: name,
  name,
  playlistId,
  cron: '0 6 * * *',
  durationMs: 2 * 3_600_000,
  validFrom: null,
  validTo,
});
const board = (name: string, defaultPlaylistId: string | null) => ({ id: name, name, defaultPlaylistId });

describe('where a playlist is used', () => {
  it('names its schedules with their times, and the boards whose default it is', () => {
    const uses = usesOf('p', [entry('Sáng', 'p'), entry('Tối', 'q')], [board('Chợ', 'p'), board('Đình', null)], 10);
    expect(uses).toEqual([
      { href: '/schedules/Sáng', text: 'lịch «Sáng» (hằng ngày lúc 06:00, trong 2 giờ)' },
      { href: '/boards/Chợ', text: 'mặc định của bảng «Chợ»' },
    ]);
  });
  it('says of a schedule that it is over', () => {
    expect(usesOf('p', [entry('Tết', 'p', 5)], [], 10).map((use) => use.text)).toEqual(['lịch «Tết» (đã hết hạn)']);
  });
  it('finds nothing for one that waits for its use', () => {
    expect(usesOf('p', [entry('Tối', 'q')], [board('Đình', null)], 10)).toEqual([]);
  });
});
