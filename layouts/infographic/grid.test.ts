import { expect, test } from 'vitest';
import { shapeOf } from '../parts/shape.ts';
import { arrange } from './grid.ts';

const shapes = {
  wide: shapeOf(1920, 1080),
  tall: shapeOf(1080, 1920),
  led: shapeOf(640, 320),
  ledTall: shapeOf(320, 640),
  tiny: shapeOf(192, 96),
};

test.each(Object.entries(shapes))('on %s every figure is shown once, in order', (_name, shape) => {
  for (let count = 1; count <= 6; count += 1) {
    expect(arrange(count, shape).flat(2)).toEqual(Array.from({ length: count }, (_, index) => index));
  }
});

test('fine glass shows all, a coarse wall a line at a time, a strip one figure', () => {
  expect(arrange(5, shapes.wide)).toEqual([
    [
      [0, 1, 2],
      [3, 4],
    ],
  ]);
  expect(arrange(5, shapes.tall)).toEqual([[[0], [1], [2], [3], [4]]]);
  expect(arrange(5, shapes.led)).toEqual([[[0, 1, 2]], [[3, 4]]]);
  expect(arrange(5, shapes.ledTall)).toEqual([[[0], [1]], [[2], [3]], [[4]]]);
  expect(arrange(2, shapes.tiny)).toEqual([[[0]], [[1]]]);
});
