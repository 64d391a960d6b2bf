import { expect, it } from 'vitest';
import { Findings } from './findings.ts';

const zone = 'Asia/Ho_Chi_Minh';
const rest = { hidden: [], empty: [], obliged: false };
const by = (id: string) => ({ kind: 'schedule' as const, id });
const fallback = { kind: 'fallback' as const, id: null };

it('say what hides what on how many boards, what has nothing to play, where nothing is left, and what is seen', () => {
  const found = new Findings();
  found.add(2, zone, [
    { start: 0, end: 6, by: fallback, ...rest },
    { start: 6, end: 7, by: by('x'), ...rest, hidden: ['y'] },
    { start: 7, end: 8, by: by('x'), ...rest, hidden: ['y'], empty: ['z'] },
    { start: 8, end: 24, by: fallback, ...rest, obliged: true },
  ]);
  found.add(1, zone, [
    { start: 5, end: 7, by: by('x'), ...rest, hidden: ['y'] },
    { start: 7, end: 9, by: by('y'), ...rest },
  ]);
  expect(found.answer()).toEqual({
    findings: [
      { kind: 'gap', entryId: null, byId: null, zone, boards: 2, spans: [{ start: 0, end: 6 }] },
      { kind: 'hidden', entryId: 'y', byId: 'x', zone, boards: 3, spans: [{ start: 5, end: 8 }] },
      { kind: 'empty', entryId: 'z', byId: null, zone, boards: 2, spans: [{ start: 7, end: 8 }] },
    ],
    seen: [
      { entryId: 'x', spans: [{ start: 5, end: 8 }] },
      { entryId: 'y', spans: [{ start: 7, end: 9 }] },
    ],
  });
});

it('keep boards of other zones apart', () => {
  const found = new Findings();
  for (const each of [zone, 'Asia/Tokyo']) found.add(1, each, [{ start: 0, end: 6, by: fallback, ...rest }]);
  expect(found.answer().findings.map((each) => [each.zone, each.boards])).toEqual([
    [zone, 1],
    ['Asia/Tokyo', 1],
  ]);
});

it('nothing is missing while the screens of all of them are off', () => {
  const found = new Findings();
  const stretches = [
    { start: 0, end: 6, by: fallback, ...rest },
    { start: 6, end: 24, by: by('x'), ...rest },
  ];
  found.add(2, zone, stretches, [
    { start: 0, end: 5 },
    { start: 22, end: 24 },
  ]);
  expect(found.answer()).toEqual({
    findings: [{ kind: 'gap', entryId: null, byId: null, zone, boards: 2, spans: [{ start: 5, end: 6 }] }],
    seen: [{ entryId: 'x', spans: [{ start: 6, end: 24 }] }],
  });
});
