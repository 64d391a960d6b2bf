import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, soughtWords } from '../../../../shared/util/fold.ts';
import { markedPieces } from './marked.ts';

/** With what is marked in brackets. */
const marked = (text: string, query: string): string =>
  markedPieces(text, query)
    .map(({ text, found }) => (found ? `[${text}]` : text))
    .join('');

describe('Words sought are marked', () => {
  it.each([
    ['Lịch tiêm chủng tháng 11', 'tiem CHUNG', 'Lịch [tiêm] [chủng] tháng 11'],
    ['Đại hội Đảng bộ', 'dai dang', '[Đại] hội [Đảng] bộ'],
    ['Số 48/TB-UBND', '48/tb', 'Số [48]/[TB]-UBND'],
    ['Nghiêng', 'ghie', 'N[ghiê]ng'],
    ['an anan', 'an', '[an] [anan]'],
    ['Thông báo', '', 'Thông báo'],
    ['Thông báo', '%', 'Thông báo'],
    ['', 'a', ''],
    ['<b>họp</b>', 'hop b', '<[b]>[họp]</[b]>'],
  ])('in «%s» for «%s»', (text, query, as) => {
    expect(marked(text, query)).toBe(as);
  });

  it('however their marks are written, and with all of them', () => {
    for (const form of ['NFC', 'NFD'] as const) {
      const text = 'Đường sữa ướt'.normalize(form);
      const as = 'Đ[ường] s[ữa] ướt'.normalize(form);
      for (const query of ['uong ữa', 'ường ữa'.normalize('NFD')]) expect(marked(text, query)).toBe(as);
    }
  });

  it('where they are and nowhere else, and the text stays as it is', () => {
    const part = fc.constantFrom(
      'a',
      'ấ',
      'ấ'.normalize('NFD'),
      'Đ',
      'b',
      ' ',
      '\u0301',
      '/',
      '한',
      '𞤀',
      'ﬁ',
      'İ',
      '4',
    );
    const text = fc.array(part, { maxLength: 14 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (said, query) => {
        const pieces = markedPieces(said, query);
        expect(pieces.map(({ text }) => text).join('')).toBe(said);
        const words = soughtWords(query);
        const found = pieces.filter(({ found }) => found);
        expect(found.length > 0).toBe(words.some((word) => fold(said).includes(word)));
        for (const { text } of found) expect(words.some((word) => fold(text).includes(word))).toBe(true);
        for (const { text, found } of pieces)
          if (!found) expect(words.some((word) => fold(text).includes(word))).toBe(false);
      }),
    );
  });
});
