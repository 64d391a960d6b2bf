import { expect, it } from 'vitest';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import { onBoards } from './on-boards.ts';

const board = (id: string, state: 'active' | 'fetching' | null = 'active', cut = false) => ({
  id,
  presence: { cut },
  progress: state && ({ state } as Board['progress']),
});

it('counts who has the notice apart from whose board has other changes', () => {
  const boards = [board('a'), board('b', 'fetching', true), board('c', 'active', true), board('d', null), board('new')];
  expect(
    onBoards(boards, [
      { boardId: 'a', notice: 'current', changes: true },
      { boardId: 'b', notice: 'current', changes: false },
      { boardId: 'c', notice: 'older', changes: true },
      { boardId: 'd', notice: 'none', changes: true },
    ]),
  ).toEqual({ current: 2, playing: 1, cut: 1, lacking: 3, changing: 1 });
});
