import { describe, expect, it } from 'vitest';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { ChangeCounts } from '../../../../../shared/protocol/api/publishing.ts';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import type { PreviewRow } from './publish.svelte.ts';
import { alike, countWords, playlistWords } from './changes.ts';
import { anyOf, changeWord, reasonWord, unseenWords } from './words.ts';

overwriteGetLocale(() => 'vi');
const none = { added: 0, removed: 0, changed: 0 };
const counts: ChangeCounts = {
  key: 'k',
  first: false,
  unreadable: false,
  notices: none,
  playlists: none,
  schedules: none,
  required: none,
  board: 0,
  mourning: false,
};
const row = (changes: ChangeCounts | null): PreviewRow => ({
  boardId: 'b',
  changes,
  notices: 9,
  unapproved: [],
  warnings: [],
  unseen: null,
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

describe('what is new for a board', () => {
  it('tells the first publication from a change, and both from what was just published', () => {
    expect(changeWord(row({ ...counts, first: true }), false)).toBe('Phát hành lần đầu');
    expect(changeWord(row(counts), true)).toBe('Có thay đổi');
    expect(changeWord(row(null), true)).toBe('Vừa phát hành');
    expect(changeWord(row(null), false)).toBe('Không có gì mới');
  });
  it('is counted in words, and content that is only signed anew is said to be the same', () => {
    expect(
      countWords({
        ...counts,
        notices: { added: 2, removed: 0, changed: 1 },
        playlists: { added: 0, removed: 1, changed: 1 },
        schedules: { added: 0, removed: 1, changed: 0 },
        required: { added: 1, removed: 0, changed: 0 },
        board: 2,
        mourning: true,
      }),
    ).toBe(
      'thêm 2 tin, 1 nội dung bắt buộc; bỏ 1 danh sách phát, 1 lịch phát; sửa 1 tin, 1 danh sách phát, thông tin bảng; đổi tin nghỉ vì để tang',
    );
    expect(countWords({ ...counts, unreadable: true })).toBe('không đọc được hết bản phát hành trước');
    expect(countWords(counts)).toBe('nội dung giữ nguyên, chỉ ký lại');
  });
  it('is said of a playlist by what comes in, goes out and moves', () => {
    const list = { id: 'p', name: 'Hằng ngày', change: 'changed' as const, added: [], removed: [] };
    const of = (fields: object) => playlistWords({ ...list, reordered: false, retimed: false, ...fields });
    expect(of({ added: ['Họp thôn'], removed: ['Tiêm chủng'], reordered: true })).toBe(
      'thêm «Họp thôn»; bỏ «Tiêm chủng»; đổi thứ tự',
    );
    expect(of({})).toBe('đổi tên');
    expect(of({ change: 'removed' })).toBe('');
  });
  it('is one list for boards that change alike, the largest group first', () => {
    const rows = ['a', 'b', 'b', 'c', 'c', 'c', null].map((key, index) => ({
      boardId: String(index),
      changes: key === null ? null : { ...counts, key },
    }));
    expect(alike(rows).map(({ boardIds }) => boardIds)).toEqual([
      ['3', '4', '5'],
      ['1', '2'],
    ]);
  });
});

describe('who may publish', () => {
  it('is any of them, not all together, and nobody is left out', () => {
    expect(anyOf(['An'])).toBe('An');
    expect(anyOf(['An', 'Bình', 'Chi'])).toBe('An, Bình hoặc Chi');
    expect(anyOf(['An', 'Bình', 'Chi', 'Dung', 'Em'])).toBe('An, Bình, Chi hoặc 2 người khác');
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

it('says what nobody would see, and when the screen is off', () => {
  expect(unseenWords({ on: { from: 300, to: 1320 }, schedules: ['Tin tối', 'Tin đêm'] })).toBe(
    'Từ 22:00 đến 05:00 màn hình tắt: «Tin tối», «Tin đêm» không ai thấy.',
  );
  const day = { from: 300, to: 1320 };
  expect(unseenWords({ on: { week: [day, day, day, day, day, day, null] }, schedules: ['Tin Chủ nhật'] })).toBe(
    'Màn hình chỉ bật theo giờ (Thứ Hai–Thứ Bảy 05:00–22:00, Chủ nhật tắt cả ngày): «Tin Chủ nhật» không ai thấy.',
  );
});
