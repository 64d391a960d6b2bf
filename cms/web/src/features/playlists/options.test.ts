import { describe, expect, it } from 'vitest';
import { mayPlayAt, playlistOptions } from './options.ts';

const list = (id: string, name: string, unitId: string) => ({ id, name, unitId });
const units = [
  { id: 'a', name: 'Xã Phú An' },
  { id: 'b', name: 'Xã Tân Hòa' },
];
const labels = (playlists: Parameters<typeof playlistOptions>[0], of = units): string[] =>
  playlistOptions(playlists, of).map((option) => option.label);

it('a board may have the playlists of its unit and of those above, and no neighbour’s', () => {
  const tree = [
    { id: 'tỉnh', parentId: null },
    { id: 'a', parentId: 'tỉnh' },
    { id: 'b', parentId: 'tỉnh' },
    { id: 'thôn', parentId: 'a' },
  ];
  const lists = [list('1', 'Tỉnh', 'tỉnh'), list('2', 'A', 'a'), list('3', 'B', 'b'), list('4', 'Thôn', 'thôn')];
  const offered = (unit: string, known = tree) => lists.filter(mayPlayAt(unit, known)).map(({ name }) => name);
  expect(offered('a')).toEqual(['Tỉnh', 'A']);
  expect(offered('thôn')).toEqual(['Tỉnh', 'A', 'Thôn']);
  expect(offered('a', [{ id: 'a', parentId: 'không thấy' }])).toEqual(['A']);
});

describe('playlists to choose from', () => {
  it('are told apart by their units', () => {
    expect(labels([list('1', 'Phát hằng ngày', 'a'), list('2', 'Phát hằng ngày', 'b')])).toEqual([
      'Phát hằng ngày · Xã Phú An',
      'Phát hằng ngày · Xã Tân Hòa',
    ]);
  });
  it('have their names alone where all are of one unit', () => {
    expect(labels([list('1', 'Phát hằng ngày', 'a'), list('2', 'Cuối tuần', 'a')])).toEqual([
      'Cuối tuần',
      'Phát hằng ngày',
    ]);
  });
  it('keep the name of one whose unit is not in sight', () => {
    expect(labels([list('1', 'Phát hằng ngày', 'x'), list('2', 'Cuối tuần', 'a')])).toEqual([
      'Cuối tuần · Xã Phú An',
      'Phát hằng ngày',
    ]);
  });
});
