import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, cleanParagraphs } from './text.ts';

describe('a line of text', () => {
  it('is stored in NFC, without what nobody sees', () => {
    expect(cleanLine('  Thông\u0000 báo \n mới \u200b'.normalize('NFD'))).toBe('Thông báo mới');
    expect(cleanLine(' \u200b\u00ad\ufeff\t')).toBe('');
    expect(cleanLine('a\ud800b')).toBe('a\ufffdb');
  });

  it('composes a letter and its mark that something invisible stood between', () => {
    expect(cleanLine('che\u200b\u0302')).toBe('chê');
  });

  it('is as it is after being cleaned once', () => {
    const typed = fc.string({
      unit: fc.constantFrom(
        'e',
        'ê',
        '\u0302',
        '\u0301',
        '\u0958',
        '\u200b',
        '\u00ad',
        '\ufeff',
        ' ',
        '\u00a0',
        '\u2000',
        '\n',
        '\ud800',
        '\u0085',
      ),
    });
    fc.assert(
      fc.property(typed, (text) => {
        const clean = cleanLine(text);
        expect(cleanLine(clean)).toBe(clean);
        expect(clean.normalize('NFC')).toBe(clean);
        const paragraphs = cleanParagraphs(text);
        expect(cleanParagraphs(paragraphs)).toBe(paragraphs);
      }),
    );
  });
});

it('paragraphs keep their breaks, however they were made', () => {
  expect(cleanParagraphs(' Một \r\n\r\n Hai\u2028Ba \n \u200b\n')).toBe('Một\nHai\nBa');
});
