import { expect, test } from 'vitest';
import { farReaders, shorterLinkFits, withoutCode } from './link-check.ts';

const board = (
  id: string,
  width: number,
  height: number,
  pitchUm: number | null,
  readingDistanceCm: number | null,
) => ({
  id,
  name: id,
  output: { x: 0, y: 0, width, height, rotation: 0 as const },
  pitchUm,
  readingDistanceCm,
});
const link = 'https://phuan.example.vn/tiem-chung';

test('boards with too few pixels are told', () => {
  const boards = [board('lớn', 1920, 1080, null, null), board('nhỏ', 192, 96, null, null)];
  expect(withoutCode(boards, link).map(({ id }) => id)).toEqual(['nhỏ']);
  expect(shorterLinkFits({ width: 192, height: 96 })).toBe(false);
  expect(shorterLinkFits({ width: 384, height: 128 })).toBe(true);
});

test('so are those that are read from farther than their code, the worst first; the unknown are not', () => {
  // 37 modules of 4 px: 148 px, at 5 mm 74 cm.
  const boards = [
    board('gần', 640, 320, 5000, 700),
    board('xa', 640, 320, 5000, 1000),
    board('xa hơn', 640, 320, 5000, 2000),
    board('không rõ', 640, 320, null, 2000),
    board('cỡ khác', 1920, 1080, 600, 2000),
  ];
  const found = farReaders(boards, { width: 640, height: 320 }, link);
  expect(found.map(({ board: { id }, nearCm }) => [id, nearCm])).toEqual([
    ['xa hơn', 740],
    ['xa', 740],
  ]);
  expect(farReaders(boards, { width: 192, height: 96 }, link)).toEqual([]);
});
