import { describe, expect, it } from 'vitest';
import { decode, parse } from './csv.ts';
import { readRows } from './import-rows.ts';
import { inWindows1258 } from './testing-csv.ts';

const name = 'Phường Kinh Bắc, Đắk Lắk; Ỷ Ộ Ẵ ữ ợ';
const bytes = (text: string) => new TextEncoder().encode(text);
const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a file is decoded', () => {
  const utf16 = (text: string, swap: boolean) => {
    const buffer = Buffer.from(text, 'utf16le');
    return new Uint8Array(swap ? buffer.swap16() : buffer);
  };
  it.each([
    ['UTF-8', bytes(name), 'utf-8'],
    ['UTF-8 with a mark', bytes(`\ufeff${name}`), 'utf-8'],
    ['Windows-1258', inWindows1258(name), 'windows-1258'],
    ['UTF-16', utf16(`\ufeff${name}`, false), 'utf-16'],
    ['UTF-16, big end first', utf16(`\ufeff${name}`, true), 'utf-16'],
    ['UTF-16 without a mark', utf16(name, false), 'utf-16'],
  ])('from %s', (_, file, encoding) => {
    expect(decode(file)).toEqual({ text: name, encoding });
  });

  it.each([
    ['a workbook', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]), 'csv_is_workbook'],
    ['an old workbook', new Uint8Array([0xd0, 0xcf, 0x11, 0xe0]), 'csv_is_workbook'],
    // «Tỉnh Hà Nội» in TCVN3, the national standard before Unicode.
    [
      'an older encoding',
      new Uint8Array([0x54, 0xd8, 0x6e, 0x68, 0x20, 0x48, 0xb5, 0x20, 0x4e, 0xe9, 0x69]),
      'csv_encoding_unknown',
    ],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), 'csv_unreadable'],
    ['a text with NUL', bytes('abc\nd\0e'), 'csv_unreadable'],
  ])('%s is refused', (_, file, code) => {
    expect(codeOf(() => decode(file))).toBe(code);
  });
});

describe('a table is read', () => {
  const rowsOf = (text: string) => [...parse(text).rows];
  const cells = (text: string) => rowsOf(text).map((row) => row.cells);
  it.each([
    [',', 'a,b\n1,2'],
    [';', 'a;b\n1;2'],
    ['\t', 'a\tb\n1\t2'],
    [';', 'sep=;\r\na;b\r\n1;2\r\n'],
    [';', '"a,x";b\n1;2'],
  ] as const)('with %j between cells', (delimiter, text) => {
    expect(parse(text).delimiter).toBe(delimiter);
    expect(cells(text)[1]).toEqual(['1', '2']);
  });

  it('with quotes, line breaks in cells and blank lines, and knows where each row begins', () => {
    const rows = rowsOf('a,b\r\n"x, ""y""\nz",2\r\n\r\n , \r\n3,\r4,5');
    expect(rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x, "y"\nz', '2'] },
      { line: 6, cells: ['3', ''] },
      { line: 7, cells: ['4', '5'] },
    ]);
  });

  it('or refused as a whole', () => {
    expect(codeOf(() => rowsOf('a,b\n1,"2\n3,4'))).toBe('csv_unreadable');
    expect(rowsOf(`a\n${'1\n'.repeat(20_000)}`)).toHaveLength(20_001);
    expect(codeOf(() => rowsOf(`a\n${'1\n'.repeat(20_001)}`))).toBe('csv_too_long');
  });
});

describe('rows of units', () => {
  const read = (text: string) => readRows(parse(text).rows);
  it('name their columns as the statistics office does, too', async () => {
    expect(
      (await read('Mã PX;Phường/Xã;Mã TP;Tỉnh / Thành phố\n4;Phường Ba Đình;1;Thành phố Hà Nội')).rows,
    ).toMatchObject([
      { province: { code: '01', name: 'Thành phố Hà Nội' }, commune: { code: '00004', name: 'Phường Ba Đình' } },
    ]);
    await expect(read('a,b\n1,2')).rejects.toMatchObject({ code: 'csv_columns_missing' });
    for (const none of ['', '\n \n', 'province_code,province_name,code,name'])
      await expect(read(none)).rejects.toMatchObject({ code: 'csv_empty' });
  });

  it('are rejected one by one, each with its line and why', async () => {
    const { rows, rejected, padded } = await read(
      [
        'province_code,province_name,code,name',
        '1,Thành phố Hà Nội,4,  Phường   Ba Đình ',
        '01,Thành phố Hà Nội,00004,Phường Khác',
        '01,Hà Nội,00008,Phường Ngọc Hà',
        '01,Thành phố Hà Nội,00025',
        '01,Thành phố Hà Nội,x25,Phường Giảng Võ',
        '001,Thành phố Hà Nội,00025,Phường Giảng Võ',
        '01,Thành phố Hà Nội,00070,',
        '01,Thành phố Hà Nội,00082,Phư?ng Cửa Nam',
        '01,Thành phố Hà Nội,,Phường Không Mã',
      ].join('\n'),
    );
    expect(rows.map(({ commune }) => commune)).toEqual([{ code: '00004', name: 'Phường Ba Đình' }]);
    expect(padded).toBe(1);
    expect(rejected.map(({ line, code, params }) => [line, code, params])).toEqual([
      [3, 'row_repeated', { code: '00004', first: 2 }],
      [4, 'row_province_differs', { code: '01', first: 2 }],
      [5, 'row_columns', { found: 3, wanted: 4 }],
      [6, 'row_code_invalid', { code: 'x25' }],
      [7, 'row_code_invalid', { code: '001' }],
      [8, 'row_name_missing', {}],
      [9, 'row_name_unreadable', {}],
      [10, 'row_code_missing', {}],
    ]);
    expect(rejected[6]!.text).toBe('01 · Thành phố Hà Nội · 00082 · Phư?ng Cửa Nam');
  });
});
