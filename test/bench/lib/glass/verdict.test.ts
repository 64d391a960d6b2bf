import { expect, test } from 'vitest';
import { markedPicture, readMark } from './barcode.ts';
import type { Item } from './programme.ts';
import { judge, type GlassVerdict } from './verdict.ts';
import type { Change, What } from './watcher.ts';
import sharp from 'sharp';

const items: Item[] = [
  { kind: 'video', number: 1 },
  { kind: 'video', number: 1 },
  { kind: 'image', number: 2 },
  { kind: 'layout', number: 3 },
];
const black: What = { kind: 'unknown', colour: [0, 0, 0] };
const frame = 1000 / 30;

/** What stands for how long, ms. */
type Script = readonly (readonly [what: What, ms: number])[];
const mark = (item: number, at = 0): What => ({ kind: 'mark', item, frame: at });
const clip = (from = 0, to = 45): Script =>
  Array.from({ length: to - from }, (_, n) => [mark(1, from + n), frame] as const);
const text: What = { kind: 'picture', number: 0 };
/** Begins and ends with the picture, which comes once. */
const round = (...middle: Script): Script => [[mark(2), 1_500], ...middle, [mark(2), 1_500], [mark(2), 0]];

function watch(script: Script): GlassVerdict {
  const changes: Change[] = [];
  let at = 1_000;
  for (const [what, ms] of script) {
    changes.push({ display: 0, at, after: at - 3, what });
    at += ms;
  }
  return judge(changes, items);
}
const longest = ({ gaps }: GlassVerdict): number => Math.max(...[...gaps.values()].flat());

test('a programme whose items follow one another has no gap', () => {
  const seen = watch(round([text, 1_500], ...clip(), ...clip()));
  expect([longest(seen), seen.badFrames, seen.skipped, seen.transitions]).toEqual([0, 0, 0, 4]);
  expect(seen.firstFrames).toEqual([0, 0]);
  expect(Math.max(...seen.pauses)).toBe(0);
});

test.each<[string, What]>([
  ['black', black],
  ['white', { kind: 'unknown', colour: [255, 254, 255] }],
  ['neither', { kind: 'unknown', colour: null }],
  ['torn', { kind: 'torn' }],
])('%s between two items is a gap and no item', (fault, what) => {
  const seen = watch(round([text, 1_500], [what, 100], ...clip(), ...clip()));
  expect([longest(seen), seen.badFrames]).toEqual([6, 6]);
  expect(seen.faults.map((one) => one.fault)).toEqual([fault]);
});

test('what has gone is stale when it comes again; so is a frame of a clip', () => {
  const seen = watch(
    round([text, 1_500], ...clip(0, 20), [text, 50], ...clip(20), ...clip(0, 20), [mark(1, 18), 50], ...clip(20)),
  );
  expect(seen.faults.map(({ fault, frames }) => [fault, frames])).toEqual([
    ['stale', 3],
    ['stale', 3],
  ]);
});

test('the last frame of a clip that stands still is a gap, and so is the first; one in its middle is the machine’s', () => {
  const last = watch(round([text, 1_500], ...clip(0, 44), [mark(1, 44), 120], ...clip()));
  expect(last.gaps.get('video → video')).toEqual([5]);
  const first = watch(round([text, 1_500], [mark(1, 0), 120], ...clip(1), ...clip()));
  expect(first.gaps.get('layout → video')).toEqual([5]);
  const middle = watch(round([text, 1_500], ...clip(0, 20), [mark(1, 20), 120], ...clip(21), ...clip()));
  expect([longest(middle), Math.max(...middle.pauses)]).toEqual([0, 5]);
});

test('an item that never came is said to be skipped, and a look in the middle of a drawing is none', () => {
  const seen = watch(round([text, 1_500], [black, 4], ...clip()));
  expect([seen.skipped, seen.badFrames]).toEqual([1, 0]);
});

test('a mark is read in every line of its picture, and in nothing plain', async () => {
  const png = await markedPicture(5, { width: 64, height: 8 });
  const { data } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const brightness = Array.from({ length: 16 }, (_, n) => data[(4 * n + 2) * 3 + 1]!);
  expect(readMark(brightness)).toEqual({ item: 5, frame: 0 });
  for (const value of [0, 64, 128, 180, 255]) expect(readMark(brightness.map(() => value))).toBe(null);
});
