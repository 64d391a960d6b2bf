import { expect, test } from 'vitest';
import { place } from './output.ts';

const full = { width: 1920, height: 1080, pixelRatio: 1 };
const region = { x: 100, y: 50, width: 640, height: 320, rotation: 0 as const };

test('without a region the picture is the window', () => {
  expect(place(null, full, false)).toEqual({ width: 1920, height: 1080, transform: 'none' });
});

test('a region is in px of the raster, whatever the zoom of the desktop', () => {
  const zoomed = { width: 960, height: 540, pixelRatio: 2 };
  expect(place(region, zoomed, false).transform).toBe('scale(0.5) translate(100px, 50px)');
  expect(place(null, zoomed, false)).toEqual({ width: 1920, height: 1080, transform: 'scale(0.5)' });
});

test('a wall on its side shows a tall picture', () => {
  expect(place({ ...region, rotation: 90 }, full, false)).toEqual({
    width: 320,
    height: 640,
    transform: 'translate(740px, 50px) rotate(90deg)',
  });
  expect(place({ ...region, rotation: 270 }, full, false).transform).toBe('translate(100px, 370px) rotate(270deg)');
  expect(place({ ...region, rotation: 180 }, full, false).transform).toBe('translate(740px, 370px) rotate(180deg)');
});

test('a preview is upright, in the middle, as large as fits', () => {
  expect(place({ ...region, rotation: 90 }, { width: 400, height: 320, pixelRatio: 2 }, true)).toEqual({
    width: 320,
    height: 640,
    transform: 'translate(120px, 0px) scale(0.5)',
  });
});
