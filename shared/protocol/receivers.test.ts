import { expect, it } from 'vitest';
import { Receivers, type PlacedBoard } from './receivers.ts';

/** Province > two communes, one with a village and one that was merged into it; a department of the province. */
const parents = new Map([
  ['an', 'province'],
  ['binh', 'province'],
  ['department', 'province'],
  ['dong', 'an'],
  ['former', 'an'],
]);
const pathOf = (id: string): string[] => [...(parents.has(id) ? pathOf(parents.get(id)!) : []), id];
const ids = ['province', ...parents.keys()];
const units = {
  tree: { pathOf, subtreeOf: (id: string) => ids.filter((one) => pathOf(one).includes(id)) },
  get: (id: string) => ({
    level: ['an', 'binh', 'former'].includes(id) ? 'commune' : 'other',
    mergedInto: id === 'former' ? 'an' : null,
  }),
} as unknown as ConstructorParameters<typeof Receivers>[0];
const boards: PlacedBoard[] = ids.map((unitId) => ({ id: `board ${unitId}`, unitId }));
const meant = (unitId: string, unitIds: string[], boardIds: string[] = []): string[] =>
  new Receivers(units).meant({ unitId, targets: { unitIds, boardIds } }, boards).map((board) => board.unitId);

it('means boards of chosen units and chosen boards, all of them below who obliges only', () => {
  expect(meant('province', ['an'])).toEqual(['an', 'dong', 'former']);
  expect(meant('province', ['dong'], ['board binh', 'board dong', 'gone'])).toEqual(['binh', 'dong']);
  expect(meant('an', ['province'], ['board binh'])).toEqual(['an', 'dong', 'former']);
  expect(meant('an', ['binh'], ['board dong'])).toEqual(['dong']);
});

it('names the commune for what hangs below it or hung from one that was merged into it, with or without a board, and the unit itself elsewhere', () => {
  const receiving = new Receivers(units).all(
    { unitId: 'province', targets: { unitIds: ['province'], boardIds: [] } },
    boards.filter(({ unitId }) => unitId !== 'binh'),
  );
  expect([...receiving].map(([unitId, own]) => [unitId, own.map((board) => board.unitId)]).sort()).toEqual([
    ['an', ['an', 'dong', 'former']],
    ['binh', []],
    ['department', ['department']],
    ['province', ['province']],
  ]);
});

it('looks through the chosen boards once, however many boards there are', () => {
  let looks = 0;
  const chosen = new Proxy(
    boards.map(({ id }) => id),
    {
      get(list, key, self) {
        if (typeof key === 'string' && /^\d+$/u.test(key)) looks++;
        return Reflect.get(list, key, self) as unknown;
      },
    },
  );
  const many = Array.from({ length: 100 }, (_, i) => ({ id: String(i), unitId: 'an' }));
  new Receivers(units).meant({ unitId: 'province', targets: { unitIds: [], boardIds: chosen } }, many);
  expect(looks).toBe(chosen.length);
});
