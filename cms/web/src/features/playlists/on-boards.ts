/** How far a notice has come on the boards that it is for, in numbers. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { NoticeHolding } from '../../../../../shared/protocol/api/publishing.ts';

export interface OnBoards {
  /** Boards that were given what it says now, and how many of them have told that they use what they were given. */
  readonly current: number;
  readonly playing: number;
  /** Boards that have it and show none of it: their source is cut. */
  readonly cut: number;
  /** Boards that were not given it, or an older text of it. */
  readonly lacking: number;
  /** Boards that have it and for which something else waits to be published. */
  readonly changing: number;
}

/** A board that the CMS has not answered for lacks it. */
export function onBoards(
  reached: readonly (Pick<Board, 'id' | 'progress'> & { presence: Pick<Board['presence'], 'cut'> })[],
  answered: NoticeHolding['boards'],
): OnBoards {
  const known = new Map(answered.map((one) => [one.boardId, one]));
  const having = reached.filter(({ id }) => known.get(id)?.notice === 'current');
  return {
    current: having.length,
    playing: having.filter(({ progress }) => progress?.state === 'active').length,
    cut: having.filter(({ presence }) => presence.cut).length,
    lacking: reached.length - having.length,
    changing: having.filter(({ id }) => known.get(id)!.changes).length,
  };
}
