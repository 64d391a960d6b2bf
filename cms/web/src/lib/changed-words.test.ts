import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedWords, type Piece } from './changed-words.ts';

const marked = (pieces: readonly Piece[]): string[] => pieces.flatMap(({ text, changed }) => (changed ? [text] : []));
const textOf = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');

describe('changed words', () => {
  it('are marked on both sides, whole and with their accents', () => {
    const { before, after } = changedWords(
      'Tiêm vắc xin dại ngày 25, 26 tại nhà văn hóa thôn Đông.',
      'Tiêm vắc xin dại ngày 28, 26 tại trạm y tế thôn Đông.',
    );
    expect(marked(before)).toEqual(['25', 'nhà', 'văn', 'hóa']);
    expect(marked(after)).toEqual(['28', 'trạm', 'y', 'tế']);
  });

  it('are none where next to nothing is left of what was there, or nothing was', () => {
    for (const [before, after] of [
      ['Họp thôn', 'Cắt điện ngày mai'],
      ['', 'Cắt điện'],
      ['Cắt điện', ''],
    ] as const) {
      const both = changedWords(before, after);
      expect([...marked(both.before), ...marked(both.after)]).toEqual([]);
    }
  });

  it('leave every letter where it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
        const both = changedWords(before, after);
        expect([textOf(both.before), textOf(both.after)]).toEqual([before, after]);
      }),
    );
  });
});
