import { decodeQR } from 'qr/decode.js';
import { expect, test } from 'vitest';
import { maxLinkLength, placeCode } from '../../shared/protocol/link-code.ts';
import { linkModules, modulesPath } from './qr.ts';

const lengths = [12, 17, 18, 32, 33, 53, 54, 78, 79, 106, 107, 134, 135, maxLinkLength];

test.each(lengths)(
  'a link of %d characters is read back from its modules, and is as large as its place says',
  (length) => {
    const link = 'http://a.vn/'.padEnd(length, 'tin/');
    const rows = linkModules(link);
    const px = 4;
    const side = rows.length * px;
    const data = new Uint8Array(side * side * 3).fill(255);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        if (rows[Math.floor(y / px)]![Math.floor(x / px)]) data.fill(0, (y * side + x) * 3, (y * side + x) * 3 + 3);
    expect(decodeQR({ width: side, height: side, data }, { format: 'RGB', timeLimit: 10_000 })).toBe(link);
    expect(placeCode({ width: 1920, height: 1080 }, link)!.code % rows.length).toBe(0);
    // Readers need four blank modules on each side.
    for (const edge of [0, 1, 2, 3, rows.length - 4, rows.length - 1])
      expect(rows[edge]!.some(Boolean) || rows.some((row) => row[edge])).toBe(false);
  },
);

test('the path draws the dark modules', () => {
  expect(
    modulesPath([
      [true, false],
      [false, true],
    ]),
  ).toBe('M0 0h1v1h-1zM1 1h1v1h-1z');
});
