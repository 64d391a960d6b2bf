import { expect, it } from 'vitest';
import { spansWithin, spansWithout } from './spans.ts';

const span = (start: number, end: number) => ({ start, end });

it('of spans what lies in another: cut at its ends, in order, what touches in one', () => {
  expect(spansWithin([span(8, 12), span(0, 3), span(3, 4), span(20, 22)], span(2, 10))).toEqual([
    span(2, 4),
    span(8, 10),
  ]);
  expect(spansWithin([span(0, 2), span(10, 12)], span(2, 10))).toEqual([]);
});

it('of spans what lies in none of the others', () => {
  expect(spansWithout([span(0, 10), span(20, 30)], [span(2, 4), span(8, 22)])).toEqual([
    span(0, 2),
    span(4, 8),
    span(22, 30),
  ]);
  expect(spansWithout([span(0, 10)], [span(0, 10)])).toEqual([]);
});
