import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberWords } from '../parts/number.ts';
import { sample } from './sample.ts';
import { decimalsOf, faultsOf, figuresOf, hasHeader, percentsOf, scaleOf, ticksOf } from './figures.ts';
import { schema } from './schema.ts';

const places = (cells: string[][], kind = 'columns') =>
  faultsOf(cells, kind).map(({ reason, row, column }) => [reason, row, column]);

describe('a pasted table', () => {
  test('may name its columns or not', () => {
    expect(hasHeader(sample.table)).toBe(true);
    expect(
      hasHeader([
        ['Đông', '214'],
        ['Đoài', '180'],
      ]),
    ).toBe(false);
    expect(
      hasHeader([
        ['', '2024', '2025'],
        ['Đông', '214', '262'],
      ]),
    ).toBe(true);
    expect(
      hasHeader([
        ['Thôn', '2024', 'So sánh'],
        ['Đông', '214', '262'],
      ]),
    ).toBe(true);
    expect(
      hasHeader([
        ['Năm', '2015', '2020', '2025'],
        ['Đông', '214', '262', '301'],
      ]),
    ).toBe(true);
    expect(
      hasHeader([
        ['Đông', '2025', '2020'],
        ['Đoài', '1800', '1500'],
      ]),
    ).toBe(false);
    // One number over a number may as well be a figure; a row without a figure is not lost as a heading.
    expect(
      hasHeader([
        ['Đông', '2024'],
        ['Đoài', '1800'],
      ]),
    ).toBe(false);
    expect(
      hasHeader([
        ['Đông', '–'],
        ['Đoài', '1800'],
      ]),
    ).toBe(false);
  });

  test('is read as offices write figures; a dash is no figure', () => {
    expect(
      figuresOf([
        ['Thôn', 'Hộ', '%'],
        ['Đông', '1.234,5', '98%'],
        ['Đoài', '–', ''],
      ]),
    ).toEqual({
      series: ['Hộ', '%'],
      rows: [
        { name: 'Đông', values: [1234.5, 98] },
        { name: 'Đoài', values: [null, null] },
      ],
    });
  });

  test('of words is refused by the cell', () => {
    expect(
      places([
        ['Ca', 'Người trực'],
        ['Sáng', 'Ông An'],
        ['Chiều', '2'],
      ]),
    ).toEqual([['not_a_number', 1, 1]]);
    expect(
      places([
        ['Ca', 'Việc'],
        ['Sáng', 'trực'],
        ['Chiều', 'nghỉ'],
      ]),
    ).toEqual([
      ['not_a_number', 1, 1],
      ['not_a_number', 2, 1],
    ]);
    expect(
      faultsOf(
        [
          ['Đông', '3'],
          ['Đoài', '12 hộ'],
        ],
        'columns',
      ),
    ).toMatchObject([{ text: '12 hộ', row: 1, column: 1 }]);
  });

  test('that may be read in two ways is refused by the cell, and shown when it is clear', () => {
    const column = (...cells: string[]) => cells.map((cell, row) => [`Thôn ${row}`, cell]);
    const unclear = (...cells: string[]) =>
      faultsOf(column(...cells), 'columns').map(({ reason, row, text }) => [reason, row, text]);
    // As an English spreadsheet groups.
    expect(unclear('1,250,000', '1,250', '980')).toEqual([['number_unclear', 1, '1,250']]);
    expect(unclear('1,250', '980')).toEqual([['number_unclear', 0, '1,250']]);
    expect(unclear('98.5', '97.125')).toEqual([['number_unclear', 1, '97.125']]);
    expect(unclear('0.875', '1.250')).toEqual([['number_unclear', 1, '1.250']]);
    // Both kinds of decimal sign in one column.
    expect(unclear('12,5', '98.5', '1,250')).toEqual([['number_unclear', 2, '1,250']]);
    // As offices write; and with a nought more, or without a sign, nothing is in doubt.
    expect(unclear('1.250.000', '1.250', '980')).toEqual([]);
    expect(unclear('1.250', '980')).toEqual([]);
    expect(unclear('12,5', '1,250')).toEqual([]);
    expect(unclear('1,2500', '3,480', '3')).toEqual([]);
    expect(unclear('1,250,000', '1250', '98.5')).toEqual([]);
    expect(figuresOf(column('1,250,000', '1250', '0.125')).rows.map(({ values }) => values)).toEqual([
      [1_250_000],
      [1250],
      [0.125],
    ]);
    // Each column by itself; a name is no figure.
    expect(
      faultsOf(
        [
          ['1,250', '98.5', '1.250'],
          ['Đoài', '97', '2.000'],
        ],
        'columns',
      ),
    ).toEqual([]);
  });

  test('needs names and numbers', () => {
    expect(places([['Đông'], ['Đoài']])).toEqual([['table_too_small', undefined, undefined]]);
    expect(places([['Thôn', 'Hộ']])).toEqual([['not_a_number', 0, 1]]);
    expect(
      places([
        ['', '3'],
        ['Đoài', '4'],
      ]),
    ).toEqual([['name_missing', 0, 0]]);
    expect(
      places([
        ['Đông', '-'],
        ['Đoài', ''],
      ]),
    ).toEqual([['no_numbers', undefined, undefined]]);
    expect(
      places([
        ['Đông', '9'.repeat(20)],
        ['Đoài', '1'],
      ]),
    ).toEqual([['number_too_large', 0, 1]]);
  });

  test('of shares has one column, and nothing below nothing', () => {
    expect(
      places(
        [
          ['Đông', '1', '2'],
          ['Đoài', '3', '4'],
        ],
        'shares',
      ),
    ).toEqual([['shares_one_column', undefined, undefined]]);
    expect(
      places(
        [
          ['Đông', '1'],
          ['Đoài', '-3'],
        ],
        'shares',
      ),
    ).toEqual([['share_negative', 1, 1]]);
    expect(
      places([
        ['Đông', '1'],
        ['Đoài', '-3'],
      ]),
    ).toEqual([]);
  });

  test('takes the name of a real indicator, and says which names are longer than there is room for', () => {
    const tax = 'Thuế sử dụng đất phi nông nghiệp';
    const cells = [
      ['Chỉ tiêu', 'Ước thực hiện cả năm 2025 (triệu đồng)'],
      [tax, '12'],
      ['x'.repeat(61), '13'],
    ];
    const found = (kind: string) =>
      faultsOf(cells, kind).map(({ reason, row, column, max }) => [reason, row, column, max]);
    expect(found('columns')).toEqual([
      ['name_too_long', 0, 1, 30],
      ['name_too_long', 2, 0, 60],
    ]);
    expect(found('lines')).toContainEqual(['name_too_long', 1, 0, 30]);
  });

  test('names all faults at once', () => {
    expect(
      faultsOf(
        Array.from({ length: 13 }, (_, row) => [`Thôn ${row}`, '1', 'x', 'y']),
        'columns',
      ),
    ).toHaveLength(26);
  });

  test('is refused by the schema where the cell is, counted from 1 in what people read', () => {
    const refused = schema.safeParse({
      ...sample,
      table: [
        ['Thôn', 'Hộ'],
        ['Đông', 'nhiều'],
        ['Đoài', '1'],
      ],
    });
    expect(refused.error?.issues).toMatchObject([
      { path: ['table', 1, 1], params: { reason: 'not_a_number', row: 2, column: 2, text: 'nhiều' } },
    ]);
    expect(schema.safeParse({ ...sample, table: [] }).success).toBe(false);
    expect(schema.safeParse({ ...sample, table: [['Đông', '1', '2', '3', '4']] }).success).toBe(false);
    expect(schema.safeParse({ ...sample, table: Array.from({ length: 14 }, () => ['Đông', '1']) }).success).toBe(false);
  });
});

test('figures are shown with the decimals that they were written with', () => {
  const shown = (...cells: string[]) => {
    const figures = figuresOf(cells.map((cell) => ['a', cell]));
    return figures.rows.map(({ values }) => numberWords(values[0] ?? 0, decimalsOf(figures)));
  };
  for (const cells of [['1', '2.000'], ['1', '0,5'], ['0,25', '3'], ['0,005', '0,012'], ['7,1239', '−0,5'], ['0']])
    expect(shown(...cells)).toEqual(cells);
  // What a spreadsheet makes of a division is cut down, to no less than two digits of the least of it.
  expect(shown('0,333333333', '12,5')).toEqual(['0,33', '12,5']);
  expect(shown('0,005333333', '0,012', '0')).toEqual(['0,0053', '0,012', '0']);
  expect(shown('0,00000001')).toEqual(['0']);
});

test('shares add up to a hundred', () => {
  expect(
    percentsOf(
      figuresOf([
        ['a', '1'],
        ['b', '1'],
        ['c', '1'],
      ]),
    ),
  ).toEqual([34, 33, 33]);
  expect(
    percentsOf(
      figuresOf([
        ['a', '0'],
        ['b', '–'],
      ]),
    ),
  ).toEqual([null, null]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9999 }), { minLength: 1, maxLength: 12 }), (values) => {
      fc.pre(values.some((value) => value > 0));
      const percents = percentsOf(figuresOf(values.map((value) => ['a', String(value)])));
      expect(percents.reduce((sum: number, value) => sum + (value ?? 0), 0)).toBe(100);
    }),
  );
});

test('lengths begin at nothing; lines have a round scale that holds them all', () => {
  expect(scaleOf([3, null, 12])).toEqual({ low: 0, high: 12 });
  expect(scaleOf([-2, 5])).toEqual({ low: -2, high: 5 });
  expect(scaleOf([0, null])).toEqual({ low: 0, high: 1 });
  expect(ticksOf([214, 262, 97])).toEqual([0, 100, 200, 300]);
  expect(ticksOf([7.1, 7.4])).toEqual([7.1, 7.2, 7.3, 7.4]);
  expect(ticksOf([5])).toEqual([0, 2, 4, 6]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 12 }), (values) => {
      const ticks = ticksOf(values);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(8);
      expect(ticks[0]).toBeLessThanOrEqual(Math.min(...values));
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(...values));
    }),
  );
});
