import { describe, expect, it } from 'vitest';
import type { Category } from '../../../../../shared/protocol/api/categories.ts';
import { rename, reorder, use } from './edit.ts';

const category = (key: string, fields: Partial<Category> = {}): Category => ({
  key,
  vi: `${key} vi`,
  en: `${key} en`,
  inUse: true,
  ...fields,
});
const [a, b, c] = ['a', 'b', 'c'].map((key) => category(key)) as [Category, Category, Category];
const conflict = expect.objectContaining({ code: 'revision_conflict' }) as Error;

describe('a change of the categories, upon what a colleague saved meanwhile', () => {
  it('gives one its names, and leaves it out of use where a colleague took it out', () => {
    const out = { ...b, inUse: false };
    expect(rename(b, { ...b, vi: 'Mùa vụ' })([c, out])).toEqual([c, { ...out, vi: 'Mùa vụ' }]);
    expect(use('b', true)([c, out, a])).toEqual([c, b, a]);
  });

  it('adds a new one at the end', () => {
    expect(rename(category('x'), category('x', { vi: 'Mới' }))([b, a])).toEqual([b, a, category('x', { vi: 'Mới' })]);
  });

  it('does not rename what a colleague renamed', () => {
    expect(() => rename(b, { ...b, vi: 'Mùa vụ' })([a, { ...b, en: 'Farming' }])).toThrow(conflict);
  });

  it('orders as was wanted, with the names of now', () => {
    const farming = { ...a, en: 'Farming', inUse: false };
    expect(reorder(['a', 'b', 'c'], ['c', 'a', 'b'])([farming, b, c])).toEqual([c, farming, b]);
  });

  it('does not order what a colleague has put in order or added to', () => {
    const order = reorder(['a', 'b', 'c'], ['c', 'a', 'b']);
    expect(() => order([b, a, c])).toThrow(conflict);
    expect(() => order([a, b, c, category('x')])).toThrow(conflict);
  });
});
