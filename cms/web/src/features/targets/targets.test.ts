import { describe, expect, it } from 'vitest';
import { straysOf, without } from './targets.ts';

const units = [
  { id: 'province', parentId: null },
  { id: 'commune', parentId: 'province' },
  { id: 'village', parentId: 'commune' },
  { id: 'sister', parentId: 'province' },
];
const boards = [
  { id: 'market', unitId: 'village' },
  { id: 'theirs', unitId: 'sister' },
];

describe('strays', () => {
  const choice = { unitIds: ['village', 'sister', 'ended'], boardIds: ['market', 'theirs', 'deleted'] };

  it('are what is deleted, moved or of another unit', () => {
    expect(straysOf(choice, units, boards, 'commune')).toEqual({
      unitIds: ['sister', 'ended'],
      boardIds: ['theirs', 'deleted'],
    });
    expect(straysOf(choice, units, boards, null)).toEqual({ unitIds: ['ended'], boardIds: ['deleted'] });
  });

  it('can be left out', () => {
    const left = without(choice, straysOf(choice, units, boards, 'commune'));
    expect(left).toEqual({ unitIds: ['village'], boardIds: ['market'] });
    expect(straysOf(left, units, boards, 'commune')).toEqual({ unitIds: [], boardIds: [] });
  });
});
