import { beforeAll, describe, expect, test } from 'vitest';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { copied, copyName, moveBy, moveToEdge, withDuration, without, type Item } from './items.ts';

const item = (itemId: string): Item => ({
  itemId,
  noticeId: `n${itemId}`,
  durationMs: null,
  validFrom: null,
  validTo: null,
});
const items = [...'abcde'].map(item);
const order = (list: readonly Item[]): string => list.map(({ itemId }) => itemId).join('');
const chosen = (ids: string): Set<string> => new Set(ids);

describe('several items of a playlist', () => {
  test.each([
    ['b', -1, 'bacde'],
    ['b', 1, 'acbde'],
    ['bc', -1, 'bcade'],
    ['bc', 1, 'adbce'],
    ['bd', -1, 'badce'],
    ['ab', -1, 'abcde'],
    ['ac', -1, 'acbde'],
    ['de', 1, 'abcde'],
    ['', 1, 'abcde'],
  ] as const)('%s moved by %d: %s', (ids, by, expected) => {
    expect(order(moveBy(items, chosen(ids), by))).toBe(expected);
    expect(order(items)).toBe('abcde');
  });

  test('to the beginning and to the end, in their order', () => {
    expect(order(moveToEdge(items, chosen('db'), 'first'))).toBe('bdace');
    expect(order(moveToEdge(items, chosen('db'), 'last'))).toBe('acebd');
  });

  test('copies stand behind the last of them, with ids of their own', () => {
    let n = 0;
    const all = copied(items, chosen('bd'), () => String(++n));
    expect(order(all)).toBe('abcd12e');
    expect(all.map(({ noticeId }) => noticeId)).toEqual(['na', 'nb', 'nc', 'nd', 'nb', 'nd', 'ne']);
  });

  test('taken out, and given a length', () => {
    expect(order(without(items, chosen('ae')))).toBe('bcd');
    expect(withDuration(items, chosen('b'), 8000).map(({ durationMs }) => durationMs)).toEqual([
      null,
      8000,
      null,
      null,
      null,
    ]);
  });
});

describe('the name of a copy', () => {
  beforeAll(() => overwriteGetLocale(() => 'vi'));
  test.each([
    ['Buổi sáng', 'Buổi sáng (bản sao)'],
    ['Buổi sáng (bản sao)', 'Buổi sáng (bản sao) (bản sao)'],
    ['a'.repeat(200), `${'a'.repeat(190)} (bản sao)`],
    [`${'a'.repeat(189)} ${'b'.repeat(10)}`, `${'a'.repeat(189)} (bản sao)`],
  ])('%s', (name, copy) => {
    expect(copyName(name)).toBe(copy);
    expect(copy.length).toBeLessThanOrEqual(200);
  });
});
