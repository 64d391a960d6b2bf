import { expect, it } from 'vitest';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { conditionWord } from './condition.ts';

overwriteGetLocale(() => 'vi');

it('a test pattern or the name is what a board shows while it covers its content, and never says less than a fault or an alert', () => {
  const pattern = { name: 'testPattern', until: 2_000 } as const;
  expect(conditionWord('playing', 1_000, pattern)).toBe('Đang hiện hình thử');
  expect(conditionWord('fallback', 1_000, { ...pattern, name: 'identify' })).toBe('Đang hiện tên bảng');
  expect(conditionWord('playing', 2_000, pattern)).toBe('Đang phát');
  expect(conditionWord('takeover', 1_000, pattern)).toBe('Đang phát cảnh báo');
  expect(conditionWord('offline', 1_000, pattern)).toBe('Mất kết nối');
});
