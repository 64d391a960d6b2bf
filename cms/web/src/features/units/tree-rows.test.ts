import { describe, expect, it } from 'vitest';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { bestFirst, fitting, foundRows, openRows } from './tree-rows.ts';
import type { UnitNode } from './units.svelte.ts';

const node = (name: string, code: string, depth: number, ...children: UnitNode[]): UnitNode => ({
  unit: { id: name, name, code } as Unit,
  depth,
  children,
});
const tree = [
  node(
    'Tỉnh Bắc Ninh',
    '24',
    0,
    node('Phường Đáp Cầu', '09187', 1, node('Khu 1', 'K1', 2)),
    node('Xã Đại Đồng', '09313', 1),
  ),
];
const shown = (rows: ReturnType<typeof openRows>) =>
  rows.map((row) => [row.unit.name, row.open, row.place, row.siblings]);

const units = (nodes: readonly UnitNode[]): Unit[] => nodes.flatMap((one) => [one.unit, ...units(one.children)]);
const find = (query: string, limit: number) => foundRows(tree, fitting(units(tree), query), limit);

describe('the lines of the tree', () => {
  it('are what is open', () => {
    expect(shown(openRows(tree, new Set()))).toEqual([['Tỉnh Bắc Ninh', false, 1, 1]]);
    expect(shown(openRows(tree, new Set(['Tỉnh Bắc Ninh', 'Xã Đại Đồng'])))).toEqual([
      ['Tỉnh Bắc Ninh', true, 1, 1],
      ['Phường Đáp Cầu', false, 1, 2],
      ['Xã Đại Đồng', null, 2, 2],
    ]);
  });

  it('are what fits a search without diacritics, with all that it hangs from', () => {
    const { rows, found } = find('dai dong', 10);
    expect(found).toBe(1);
    expect(shown(rows)).toEqual([
      ['Tỉnh Bắc Ninh', true, 1, 1],
      ['Xã Đại Đồng', null, 1, 1],
    ]);
    expect(find('0918', 10).rows.map((row) => row.unit.name)).toEqual(['Tỉnh Bắc Ninh', 'Phường Đáp Cầu']);
    expect(find('k1', 10).rows).toHaveLength(3);
    expect(find('huyện', 10)).toEqual({ rows: [], found: 0 });
  });

  it('fit by what is typed as a whole; by its words only where nothing does', () => {
    const all = [node('Phường An Biên', '11311', 1), node('Xã Phú An', '99101', 1)].map((one) => one.unit);
    const names = (query: string) => all.filter(fitting(all, query)).map((unit) => unit.name);
    expect(names(' phu  an')).toEqual(['Xã Phú An']);
    expect(names('bien phuong')).toEqual(['Phường An Biên']);
    expect(names('')).toHaveLength(2);
  });

  it('are offered with whole words first, then words that begin so, as typed before without diacritics', () => {
    const all = ['Phường An Bình', 'Phường Bình Phú', 'Xã Phú An', 'Xã Phủ Lý', 'Xã Phúc Lộc'].map(
      (name) => node(name, '', 0).unit,
    );
    const names = (query: string) => bestFirst(all, query).map((unit) => unit.name);
    expect(names('Phú')).toEqual(['Phường Bình Phú', 'Xã Phú An', 'Xã Phủ Lý', 'Xã Phúc Lộc', 'Phường An Bình']);
    expect(names(' phú  an ')[0]).toBe('Xã Phú An');
    expect(names('')).toEqual(all.map((unit) => unit.name));
  });

  it('are no more than can be looked through, and say how many there are', () => {
    const { rows, found } = find('n', 2);
    expect(found).toBe(3);
    expect(find('', 1)).toMatchObject({ found: 4, rows: [{ unit: { name: 'Tỉnh Bắc Ninh' } }] });
    expect(rows).toHaveLength(2);
  });
});
