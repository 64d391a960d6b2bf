import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Toasts } from './toasts.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('takes away the toast whose way back leads nowhere any more, and no other', () => {
  const toasts = new Toasts();
  const dismiss = toasts.good('Đã bỏ mục thứ 1.', () => {});
  toasts.good('Đã bỏ mục thứ 2.', () => {});
  dismiss();
  dismiss();
  expect(toasts.list.map(({ text }) => text)).toEqual(['Đã bỏ mục thứ 2.']);
});

it('takes away the way back of an older change of the same thing, and of no other', () => {
  const toasts = new Toasts();
  toasts.good('Đã bỏ ngày 23/11.', () => {}, 'lịch 1');
  toasts.good('Đã bỏ ngày 24/11.', () => {}, 'lịch 2');
  toasts.good('Đã lưu.', () => {});
  toasts.good('Đã bỏ ngày 25/11.', () => {}, 'lịch 1');
  expect(toasts.list.map(({ text }) => text)).toEqual(['Đã bỏ ngày 24/11.', 'Đã lưu.', 'Đã bỏ ngày 25/11.']);
});

it('leaves what can be taken back longer than what only says that it is done', () => {
  const toasts = new Toasts();
  toasts.good('Đã lưu.');
  toasts.good('Đã bỏ ra.', () => {});
  vi.advanceTimersByTime(6000);
  expect(toasts.list.map(({ text }) => text)).toEqual(['Đã bỏ ra.']);
  vi.advanceTimersByTime(12_000);
  expect(toasts.list).toEqual([]);
});
