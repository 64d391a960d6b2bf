import { expect, it } from 'vitest';
import { inkOf } from './document-ink.ts';

type Colour = readonly [red: number, green: number, blue: number];
const width = 100;
const grey = (value: number): Colour => [value, value, value];
/** A page of 100 rows. @param ink which pixels are not its ground */
const page = (ground: Colour, ink: (x: number, y: number) => boolean, letters = grey(40)): Uint8Array =>
  Uint8Array.from(
    Array.from({ length: width * 100 }, (_, at) => (ink(at % width, Math.floor(at / width)) ? letters : ground)).flat(),
  );
const lines = (x: number, y: number): boolean => x > 10 && x < 60 && y >= 20 && y < 45;

it('counts the rows in which something stands, on white paper and on grey', () => {
  expect(inkOf(page(grey(255), lines), width)).toEqual({ filled: 0.25, until: 0.45 });
  expect(inkOf(page(grey(215), lines), width)).toEqual({ filled: 0.25, until: 0.45 });
  const empty = page(grey(255), () => false);
  expect(inkOf(empty, width)).toEqual({ filled: 0, until: 0 });
});

it('counts letters of any colour: yellow is nearly as bright as its paper', () => {
  expect(inkOf(page(grey(255), lines, [255, 235, 0]), width)).toEqual({ filled: 0.25, until: 0.45 });
});

it.each([
  ['yellow on red', [204, 13, 13], [255, 230, 0]],
  ['white on blue', [13, 38, 102], [255, 255, 255]],
  ['black on yellow', [255, 230, 0], [20, 20, 20]],
  ['red on a green as bright', [0, 110, 0], [204, 13, 13]],
] as const)('lets a coloured ground end at its foot: %s', (_name, ground, letters) => {
  expect(inkOf(page(ground, lines, letters), width)).toEqual({ filled: 0.25, until: 1 });
});

it('counts neither specks nor the shadow of a scanner', () => {
  const dirty = page(grey(240), (x, y) => x < 2 || (x === 50 && y % 7 === 0));
  expect(inkOf(dirty, width)).toEqual({ filled: 0, until: 0 });
});
