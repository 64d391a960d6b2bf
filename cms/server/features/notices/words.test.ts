import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NoticeContent } from '../../../../shared/protocol/programme.ts';
import { createFinder } from './words.ts';

const notice = (body: string): NoticeContent => ({ type: 'layout', layout: 'notice', fields: { title: 'Tin', body } });
const found = (body: string, ...sought: string[]): string => createFinder()(notice(body), '', sought).text;
const filler = (words: number): string => Array.from({ length: words }, (_, i) => `số${i}`).join(' ');

describe('Where words are found', () => {
  it('is where most of them stand together first, not where one of them is', () => {
    const text = `Dịch cúm. ${filler(40)} phòng, chống dịch bệnh cho đàn bò. ${filler(40)} phòng chống dịch`;
    expect(found(text, 'phong', 'chong', 'dich')).toMatch(/^… số36 số37 số38 số39 phòng, chống dịch bệnh .* số6 …$/);
    expect(found(text, 'benh', 'gia')).toMatch(/^… .* bệnh .* …$/);
  });

  it('is the document where the text has not all of them and a page has one', () => {
    const found = createFinder();
    const content = notice('Mời họp thôn');
    expect(found(content, 'Kính gửi: bà con', ['hop', 'kinh'])).toEqual({ in: 'document', text: 'Kính gửi: bà con' });
    expect(found(content, 'Kính gửi: họp', ['hop'])).toEqual({ in: 'text', text: 'Tin · Mời họp thôn' });
    expect(found(content, 'Kính gửi', ['hop', 'dan'])).toMatchObject({ in: 'text' });
    // Both have «hop» somewhere; what the text lacks stands on the page alone.
    expect(found(content, `họp ${filler(60)} kính`, ['hop', 'kinh'])).toMatchObject({ in: 'document' });
  });

  it('is told as it is written, whatever stands between the words and however their marks are written', () => {
    const word = fc.constantFrom('lợn', 'lợn'.normalize('NFD'), 'ĐÀN', '12/TB', 'ﬁ', 'İ', '½', 'Ω');
    const between = fc.constantFrom(' ', ', ', ' \u0301', '\n', '_', ' ≠ ', '—');
    const text = fc.array(fc.tuple(word, between), { maxLength: 40 }).map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(found(`${before} Trâu ${after}`, 'trau')).toContain('Trâu');
      }),
    );
  });
});
