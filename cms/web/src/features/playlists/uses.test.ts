import { describe, expect, it } from 'vitest';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { boardsPlaying, boardWords, nextOpenings, usesOf } from './uses.ts';

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

it('tells when the schedules of a playlist open next, the soonest first, and what is open now', () => {
  const at = (time: string): number => Date.parse(`2026-11-22T${time}:00+07:00`);
  const [early, evening] = [entry('Sáng', 'p'), { ...entry('Tối', 'p'), cron: '0 19 * * *' }];
  const all = [evening, early, entry('Khác', 'q'), entry('Đã hết', 'p', 5)];
  const soon = (time: string) => nextOpenings('p', all, at(time)).map((found) => [found.entry.name, found.start]);
  expect(soon('05:00')).toEqual([
    ['Sáng', at('06:00')],
    ['Tối', at('19:00')],
  ]);
  expect(soon('07:00')[0]).toEqual(['Sáng', at('06:00')]);
  expect(soon('08:00')[0]).toEqual(['Tối', at('19:00')]);
});

it('names three boards, and how many more', () => {
  const named = (...names: string[]) => boardWords(names.map((name) => ({ name })));
  expect(named('Chợ', 'Đình')).toBe('Chợ, Đình');
  expect(named('A', 'B', 'C', 'D', 'E')).toMatch(/^A, B, C .*2/);
  expect(named()).toBe('Chưa dùng cho bảng nào');
  // Of a province's playlist a commune sees no board that has it, and cannot know of others.
  expect(boardWords([], false)).toBe('Không dùng cho bảng nào bạn được xem');
});

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

describe('boards that a playlist is for', () => {
  const units = [
    { id: 'commune', parentId: null },
    { id: 'village', parentId: 'commune' },
  ] as unknown as Unit[];
  const boards = [
    { id: 'market', unitId: 'village', defaultPlaylistId: null },
    { id: 'gate', unitId: 'other', defaultPlaylistId: 'p' },
    { id: 'school', unitId: 'other', defaultPlaylistId: 'q' },
  ] as unknown as Board[];
  const playing = (validTo: number | null, targets: { unitIds: string[]; boardIds: string[] }) =>
    boardsPlaying('p', [{ playlistId: 'p', validFrom: null, validTo, targets }], boards, units, 10).map(({ id }) => id);

  it('are those of its schedules and those whose default it is, each once', () => {
    expect(playing(null, { unitIds: ['commune'], boardIds: ['market', 'gate'] })).toEqual(['market', 'gate']);
  });
  it('are not those of a schedule that has ended', () => {
    expect(playing(5, { unitIds: ['commune'], boardIds: ['school'] })).toEqual(['gate']);
  });
});
