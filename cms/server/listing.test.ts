import { describe, expect, it } from 'vitest';
import { cutPage, foldedName, readCursor, wordGroups } from './listing.ts';

describe('words of a query', () => {
  const names: Record<string, string> = { an: 'Xã Phú An', dong: 'Phường Đông Mẫu', yen: 'Xã Yên Mẫu' };
  const groups = (query: string, ids = Object.keys(names)) => wordGroups(ids, query, (id) => names[id] ?? '');

  it('are looked for in the rows, but for those that the unit is called', () => {
    expect(groups('')).toEqual([[{ unitIds: ['an', 'dong', 'yen'], words: [] }]]);
    expect(groups('họp XÃ')).toEqual([
      [
        { unitIds: ['an', 'yen'], words: ['hop'] },
        { unitIds: ['dong'], words: ['hop', 'xa'] },
      ],
    ]);
    expect(groups('đông  phuong, dong')).toEqual([
      [
        { unitIds: ['an', 'yen'], words: ['dong', 'phuong'] },
        { unitIds: ['dong'], words: [] },
      ],
    ]);
  });

  it('are few, and nothing in them means anything to LIKE', () => {
    const [[group] = []] = groups('a% b_ c\\ d e f g h', ['an']);
    expect(group!.words).toEqual(['b', 'c', 'd', 'e', 'f']);
    expect(groups('%_ ,', ['an'])).toEqual([[{ unitIds: ['an'], words: [] }]]);
  });

  it('go into several statements where units are many, and into none where there are none', () => {
    const many = Array.from({ length: 5001 }, (_, i) => `u${i}`);
    expect(groups('họp', many).map(([group]) => group?.unitIds.length)).toEqual([5000, 1]);
    expect(groups('họp', [])).toEqual([]);
  });

  it('fold names as they fold', () => {
    expect(foldedName('Số 5-TB: «Đại hội» Phú  An')).toBe('so 5 tb dai hoi phu an');
  });
});

describe('cursors', () => {
  const rows = [3, 2, 1].map((n) => ({ updatedAt: n, id: `0199bc2f-0000-7000-8000-00000000000${n}` }));

  it('name the last row of a page that is followed by another', () => {
    const { page, next } = cutPage(rows, 2);
    expect(page).toEqual(rows.slice(0, 2));
    expect(readCursor(next!)).toEqual(rows[1]);
    expect(cutPage(rows, 3)).toEqual({ page: rows, next: null });
    expect(cutPage([], 3)).toEqual({ page: [], next: null });
    expect(readCursor(undefined)).toBeNull();
  });

  it.each(['', '1', '1.x', 'x.0199bc2f-0000-7000-8000-000000000001', '1.0199bc2f-0000-7000-8000-000000000001 '])(
    'refuse what is none: %j',
    (cursor) => {
      expect(() => readCursor(cursor)).toThrow(expect.objectContaining({ code: 'invalid_input', field: 'cursor' }));
    },
  );
});
