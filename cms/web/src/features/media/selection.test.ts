import { describe, expect, it } from 'vitest';
import { chooseUpTo, neighbour, unchoose } from './selection.ts';

describe('choosing a range', () => {
  const order = ['a', 'b', 'c', 'd'];
  it('goes either way, and keeps what was chosen before', () => {
    expect([...chooseUpTo(order, new Set(['d']), 'a', 'b')].sort()).toEqual(['a', 'b', 'd']);
    expect([...chooseUpTo(order, new Set(['c']), 'c', 'a')].sort()).toEqual(['a', 'b', 'c']);
  });
  it('is the one alone where no range begins, and nothing where it is not shown', () => {
    expect([...chooseUpTo(order, new Set(), null, 'c')]).toEqual(['c']);
    expect([...chooseUpTo(order, new Set(), 'gone', 'c')]).toEqual(['c']);
    expect([...chooseUpTo(order, new Set(['a']), 'a', 'gone')]).toEqual(['a']);
  });
});

it('what is done leaves the choice; what is chosen beyond what is shown stays in it', () => {
  expect([...unchoose(new Set(['a', 'b', 'not shown']), [{ id: 'a' }, { id: 'b' }])]).toEqual(['not shown']);
  expect([...unchoose(new Set(['a']), [])]).toEqual(['a']);
});

describe('arrows in a grid of three columns and seven things', () => {
  it.each([
    ['ArrowRight', 2, 3],
    ['ArrowLeft', 0, null],
    ['ArrowRight', 6, null],
    ['ArrowDown', 1, 4],
    ['ArrowDown', 4, 6],
    ['ArrowDown', 6, null],
    ['ArrowUp', 1, null],
    ['ArrowUp', 6, 3],
    ['Home', 5, 0],
    ['End', 0, 6],
    ['a', 0, null],
  ])('%s from %i leads to %s', (key, from, to) => {
    expect(neighbour(key, from, 7, 3)).toBe(to);
  });
});
