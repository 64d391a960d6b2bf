import { expect, it } from 'vitest';
import type { Preview } from './publish.ts';
import { byPlace } from './routes.ts';

it('names a notice once, of however many boards it is left out', () => {
  const row = (boardId: string, unapproved: readonly string[]): Preview =>
    ({ boardId, changes: null, notices: 1, unapproved, warnings: [] }) satisfies Preview;
  const { unapproved, boards } = byPlace([row('a', ['x', 'y']), row('b', []), row('c', ['y', 'z'])]);
  expect(unapproved).toEqual(['x', 'y', 'z']);
  expect(boards.map((board) => board.unapproved)).toEqual([[0, 1], [], [1, 2]]);
});
