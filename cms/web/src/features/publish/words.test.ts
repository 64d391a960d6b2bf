import { describe, expect, it } from 'vitest';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import type { PreviewRow } from './publish.svelte.ts';
import { changeWord, fetchWord, reasonWord } from './words.ts';

overwriteGetLocale(() => 'vi');
const row = (changed: boolean, bytes: number): PreviewRow => ({
  boardId: 'b',
  changed,
  notices: 9,
  bytes,
  warnings: [],
});
const board = (fields: object): Board =>
  ({
    id: 'b',
    unitId: 'u',
    zone: 'Asia/Ho_Chi_Minh',
    progress: null,
    presence: { presence: 'online', now: null },
    ...fields,
  }) as Board;
const published = { progress: { state: 'active' } };

describe('what is new for a board', () => {
  it('tells the first publication from a change, and both from what was just published', () => {
    expect(changeWord(board({}), row(true, 1), false)).toBe('Phát hành lần đầu');
    expect(changeWord(board(published), row(true, 1), false)).toBe('Có thay đổi');
    expect(changeWord(board(published), row(false, 1), true)).toBe('Vừa phát hành');
    expect(changeWord(board(published), row(false, 1), false)).toBe('Không có gì mới');
  });
  it('names a size only where something would be sent', () => {
    expect(fetchWord(board(published), row(true, 1700))).toBe('bảng sẽ tải 1,7 kB');
    expect(fetchWord(board({ presence: { presence: 'unpaired' } }), row(true, 1700))).toBe(
      'bảng sẽ tải 1,7 kB khi có máy phát',
    );
    expect(fetchWord(board(published), row(false, 1700))).toBe('');
    expect(fetchWord(board(published), row(true, 0))).toBe('');
  });
});

describe('why a board shows what it shows', () => {
  const content = { entries: [], playlists: [{ id: 'p', name: 'Phát hằng ngày' }] as never[], units: [] };
  const showing = (why: string | null, presence = 'online'): string | null =>
    reasonWord(board({ defaultPlaylistId: 'p', presence: { presence, now: why && { why } } }), content, 0);
  it('is said of what the board itself reports', () => {
    expect(showing('loop')).toBe('Đang phát danh sách mặc định «Phát hằng ngày»');
    expect(showing('schedule')).toBe('Đang phát theo lịch');
  });
  it('is not said of a board that is away or has said nothing', () => {
    expect(showing('loop', 'offline')).toBeNull();
    expect(showing(null)).toBeNull();
  });
});
