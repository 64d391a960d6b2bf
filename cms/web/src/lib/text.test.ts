import { describe, expect, it } from 'vitest';
import { fold, matches } from './text.ts';

describe('search without diacritics', () => {
  it('folds composed and decomposed letters and đ alike', () => {
    expect(fold('Đường Nguyễn Ước')).toBe('duong nguyen uoc');
    expect(fold('Đường Nguyễn Ước'.normalize('NFD'))).toBe('duong nguyen uoc');
  });
  it('finds words in any order and over several texts', () => {
    expect(matches('xa bang', 'Bảng tin', 'Xã Chí Minh')).toBe(true);
    expect(matches('  ', 'x')).toBe(true);
    expect(matches('huyện', 'Bảng tin', null)).toBe(false);
  });
});
