import { describe, expect, it } from 'vitest';
import { fold, foldedWords } from './fold.ts';

describe('search without diacritics', () => {
  it('folds composed and decomposed letters and đ alike', () => {
    expect(fold('Đường Nguyễn Ước')).toBe('duong nguyen uoc');
    expect(fold('Đường Nguyễn Ước'.normalize('NFD'))).toBe('duong nguyen uoc');
  });

  it('takes words out of file names', () => {
    expect(foldedWords('Thông_báo số 5/TB-UBND (bản cuối).JPG')).toEqual([
      ...['thong', 'bao', 'so', '5', 'tb', 'ubnd'],
      ...['ban', 'cuoi', 'jpg'],
    ]);
    expect(foldedWords('100% …')).toEqual(['100']);
    expect(foldedWords(' — ')).toEqual([]);
  });
});
