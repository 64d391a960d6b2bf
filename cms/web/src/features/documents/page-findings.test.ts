import { describe, expect, it } from 'vitest';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { Document } from '../../../../../shared/protocol/api/documents.ts';
import { emptyPages, smallTypeOn } from './page-findings.ts';

const page = (number: number, letters: number | null, filled: number | null): Document['pages'][number] => ({
  number,
  asset: `page ${number}`,
  poster: '',
  letters,
  filled,
});
// Ordinary type of 14 points on A4, a page with a line on it, a scan, one that an older release read.
const pages = [page(1, 14 / 842, 0.4), page(2, 14 / 842, 0.02), page(3, null, 0.5), page(4, null, null)];
const all = pages.map(({ asset }) => asset);

describe('nearly empty pages', () => {
  it('are those that are shown and known to be', () => {
    expect(emptyPages(pages, all).map(({ number }) => number)).toEqual([2]);
    expect(emptyPages(pages, ['page 1', 'page 3'])).toEqual([]);
  });
});

describe('type of pages', () => {
  const board = (readingDistanceCm: number, pitchUm: number | null = 625): Board =>
    ({
      id: 'gate',
      name: 'Cổng chợ',
      output: { x: 0, y: 0, width: 1920, height: 1080, rotation: 0 },
      kind: 'lcd',
      pitchUm,
      readingDistanceCm,
    }) as unknown as Board;
  const small = (distance: number, inParts: boolean, shown = all) =>
    smallTypeOn(pages, shown, { boards: [board(distance)], glass: { width: 1920, height: 1080 }, media: [], inParts });

  it('is too small from afar, and larger in parts', () => {
    // 18 px are 7.9 mm high, 45 px in parts 19.8 mm; from 3 m it takes 14 mm, from 5 m 23 mm.
    expect(small(300, false)).toMatchObject({ page: 1, findings: [{ board: { name: 'Cổng chợ' } }] });
    expect(small(300, false)!.findings[0]!.mm).toBeCloseTo(7.86, 1);
    expect(small(300, true)).toBeNull();
    expect(small(500, true)!.findings[0]!.mm).toBeCloseTo(19.8, 1);
    expect(small(150, false)).toBeNull();
  });
  it('is measured as on a usual screen where the record says nothing of its pixels', () => {
    const glass = { width: 1920, height: 1080 };
    const look = (boards: Board[]) => smallTypeOn(pages, all, { boards, glass, media: [], inParts: false });
    expect(look([board(300, null)])).toMatchObject({ assumed: true });
    expect(look([board(300, null)])!.findings[0]!.mm).toBeCloseTo(7.97, 1);
    expect(look([board(300)])).toMatchObject({ assumed: false });
    expect(look([{ ...board(300, null), kind: 'led' }])).toBeNull();
  });
  it('of scans is not known', () => {
    expect(small(500, false, ['page 3', 'page 4'])).toBeNull();
  });
});
