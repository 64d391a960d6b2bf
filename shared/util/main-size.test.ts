import { expect, it } from 'vitest';
import { mainSize } from './main-size.ts';

it('goes by the text, not by the page number', () => {
  expect(
    mainSize([
      { px: 16, characters: 10 },
      { px: 25, characters: 90 },
      { px: 60, characters: 30 },
    ]),
  ).toBe(25);
  expect(
    mainSize([
      { px: 16, characters: 40 },
      { px: 25, characters: 60 },
    ]),
  ).toBe(16);
  expect(mainSize([])).toBeNull();
});
