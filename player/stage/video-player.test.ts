import { expect, test } from 'vitest';
import { videoPosition } from './video-player.ts';

test('within its length a video is where the slot is', () => {
  expect(videoPosition(0, 35_000, 35_000)).toBe(0);
  expect(videoPosition(12_345, 35_000, 35_000)).toBe(12_345);
});

test('a video shorter than its slot repeats, and a restart lands in the right round', () => {
  expect(videoPosition(12_000, 5_000, 15_000)).toBe(2_000);
});

test('a video does not begin again just before its slot ends', () => {
  expect(videoPosition(10_000, 10_000, 10_050)).toBe(9_960);
  expect(videoPosition(10_500, 10_000, 10_900)).toBe(9_960);
  expect(videoPosition(10_500, 10_000, 12_000)).toBe(500);
});

test('a video of a few frames rests instead of flickering', () => {
  expect(videoPosition(3_000, 200, 10_000)).toBe(160);
});

test('a length that the file does not tell is no place to seek to', () => {
  expect(videoPosition(3_000, Number.NaN, 10_000)).toBe(0);
  expect(videoPosition(3_000, Infinity, 10_000)).toBe(0);
});
