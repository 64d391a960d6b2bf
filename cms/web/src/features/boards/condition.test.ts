import { expect, it } from 'vitest';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import { conditionDetail, conditionWord } from './condition.ts';

overwriteGetLocale(() => 'vi');

it('a test pattern or the name is what a board shows while it covers its content, and never says less than a fault or an alert', () => {
  const pattern = { name: 'testPattern', until: 2_000 } as const;
  expect(conditionWord('playing', 1_000, pattern)).toBe('Đang hiện hình thử');
  expect(conditionWord('fallback', 1_000, { ...pattern, name: 'identify' })).toBe('Đang hiện tên bảng');
  expect(conditionWord('playing', 2_000, pattern)).toBe('Đang phát');
  expect(conditionWord('takeover', 1_000, pattern)).toBe('Đang phát cảnh báo');
  expect(conditionWord('offline', 1_000, pattern)).toBe('Mất kết nối');
});

it('a cut source is said once, also while the board is away', () => {
  const presence: Board['presence'] = {
    boardId: '00000000-0000-4000-8000-000000000001',
    presence: 'offline',
    since: 0,
    lastSeenAt: 0,
    host: 'chromium',
    screenOn: null,
    screenRests: false,
    now: { noticeId: null, title: '', why: 'fallback', until: 1, exercise: false },
    next: null,
    programme: null,
    cut: true,
    forkedAt: null,
  };
  const said = (changes: Partial<typeof presence>) =>
    conditionDetail({ presence: { ...presence, ...changes }, progress: null }, 0);
  expect(said({})).toBe('Nguồn nội dung bị cắt · vừa mất kết nối');
  expect(said({ presence: 'online' })).toBe('Nguồn nội dung bị cắt · vừa kết nối');
  expect(said({ cut: false })).toBe('vừa mất kết nối');
});
