import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTable, squareOff } from './table.ts';

test('a table from a spreadsheet or a document comes with tabs', () => {
  expect(parseTable('Thôn\tSố hộ\r\nĐông\t1.234,5\r\nĐoài\t 98 \r\n')).toEqual([
    ['Thôn', 'Số hộ'],
    ['Đông', '1.234,5'],
    ['Đoài', '98'],
  ]);
});

test('a CSV comes with semicolons, or with commas where they part every row alike', () => {
  expect(parseTable('\ufeffThôn;Số hộ\nĐông;1.234,5')).toEqual([
    ['Thôn', 'Số hộ'],
    ['Đông', '1.234,5'],
  ]);
  expect(parseTable('Thôn,Số hộ\nĐông,120\n"Đoài, xóm 2","1.234,5"')).toEqual([
    ['Thôn', 'Số hộ'],
    ['Đông', '120'],
    ['Đoài, xóm 2', '1.234,5'],
  ]);
  // Sentences with commas are no table.
  expect(parseTable('Sáng, chiều\nTối')).toEqual([['Sáng, chiều'], ['Tối']]);
});

test('quoted cells may hold what separates cells; other quotes are text', () => {
  expect(parseTable('"hai\ndòng"\t"nói ""thật"""\n"nhanh" gọn\tx')).toEqual([
    ['hai dòng', 'nói "thật"'],
    ['"nhanh" gọn', 'x'],
  ]);
});

test('rows are of one width, and what is empty at the end is left out', () => {
  expect(squareOff([['a'], ['b', 'c', ''], ['', '', ''], [' ']])).toEqual([
    ['a', ''],
    ['b', 'c'],
  ]);
  expect(squareOff([[''], ['', ' ']])).toEqual([]);
});

test('what a spreadsheet copies is read as it stood there', () => {
  const cell = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\s+/gu, ' ').trim());
  const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 });
  const copied = (text: string) => (/["\n\t]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  fc.assert(
    fc.property(table, (rows) => {
      const filled = rows.map(([a = '', ...rest]) => [a === '' ? 'x' : a, ...rest]);
      const text = filled.map((row) => row.map(copied).join('\t')).join('\n');
      expect(parseTable(text)).toEqual(squareOff(filled.map((row) => row.map((each) => each.replace(/^\ufeff/u, '')))));
    }),
  );
});
