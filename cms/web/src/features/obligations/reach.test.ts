import { expect, it } from 'vitest';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { cannotShow, reachOf } from './reach.ts';

const unit = (id: string, level: Unit['level'], parentId: string | null, mergedInto: string | null = null): Unit => ({
  ...{ id, code: id, name: id, level, parentId, mergedInto },
});
const board = (id: string, unitId: string): Board => ({ id, unitId }) as Board;

const units = [
  unit('province', 'province', null),
  unit('xa', 'commune', 'province'),
  unit('thon', 'village', 'xa'),
  unit('bare', 'commune', 'province'),
  unit('former', 'commune', 'xa', 'xa'),
  unit('body', 'body', 'province'),
  unit('elsewhere', 'province', null),
];
const boards = [
  board('1', 'thon'),
  board('2', 'former'),
  board('3', 'body'),
  board('4', 'province'),
  board('5', 'elsewhere'),
];
const reach = (unitIds: string[], boardIds: string[] = [], unitId = 'province') => {
  const found = reachOf({ unitId, targets: { unitIds, boardIds } }, units, boards);
  return { ...found, boards: found.boards.length };
};

it('counts who receives it by their boards, and those without any apart', () => {
  expect(reach(['province'])).toEqual({ receivers: 2, withoutBoards: 1, boards: 4, own: 1 });
  expect(reach(['xa', 'bare'])).toEqual({ receivers: 1, withoutBoards: 1, boards: 2, own: 0 });
  expect(reach([], ['1', '3'])).toEqual({ receivers: 2, withoutBoards: 0, boards: 2, own: 0 });
});

it('leaves out who sends it and what is not below them', () => {
  expect(reach(['xa'], [], 'xa')).toEqual({ receivers: 0, withoutBoards: 0, boards: 2, own: 0 });
  expect(reach(['elsewhere'], ['5'])).toEqual({ receivers: 0, withoutBoards: 0, boards: 0, own: 0 });
});

it('reads the tree a few times, however many units are chosen', () => {
  let reads = 0;
  const counted = (id: string, above: string): Unit =>
    Object.defineProperty(unit(id, 'commune', above), 'parentId', { get: () => (reads++, above) });
  const many = Array.from({ length: 300 }, (_, i) => counted(`c${i}`, 'province'));
  const targets = { unitIds: many.map(({ id }) => id), boardIds: [] };
  const reached = reachOf({ unitId: 'province', targets }, [unit('province', 'province', null), ...many], []);
  expect(reached.withoutBoards).toBe(300);
  expect(reads).toBeLessThan(10 * many.length);
});

it('counts the boards that cannot show it now: cut before dark, and none that has no player or whose screen is off by itself', () => {
  const presence = (fields: Partial<Board['presence']>) => ({
    presence: { presence: 'online', cut: false, screenOn: true, screenRests: false, ...fields } as Board['presence'],
  });
  const rests = { screenOn: false, screenRests: true };
  expect(cannotShow([presence({}), presence({ screenOn: false })])).toEqual({ playerless: 0, cut: 0, dark: 0 });
  expect(cannotShow([presence({ cut: true, ...rests }), presence(rests), presence({ cut: true })])).toEqual({
    playerless: 0,
    cut: 2,
    dark: 1,
  });
  expect(cannotShow([presence({ cut: true, presence: 'unpaired' })])).toEqual({ playerless: 1, cut: 0, dark: 0 });
});
