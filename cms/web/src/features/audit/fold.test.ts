import { expect, it } from 'vitest';
import type { AuditRow } from '../../../../../shared/protocol/api/audit.ts';
import { folded } from './fold.ts';

let id = 0;
const entry = (at: number, action = 'unit.added', who = 'lan', detail: AuditRow['detail'] = {}): AuditRow => ({
  id: String(id++),
  at,
  who: { id: who, name: null },
  action,
  subject: { type: 'unit', id: null, name: null },
  unit: null,
  detail,
  names: {},
});
const sizes = (entries: AuditRow[]): number[] => folded(entries).map(({ length }) => length);

it('what one person did at one go stands together, also where writing it took a while', () => {
  const many = Array.from({ length: 3000 }, (_, i) => entry(100_000 - i * 2));
  expect(sizes([entry(101_000, 'unit.imported'), ...many, entry(50_000)])).toEqual([1, 3000, 1]);
});

it('a few, and what others did or what is something else, stand by themselves', () => {
  expect(sizes([entry(3), entry(2), entry(1)])).toEqual([1, 1, 1]);
  expect(sizes([5, 4, 3, 2].map((at) => entry(at, 'unit.added', at > 3 ? 'lan' : 'binh')))).toEqual([1, 1, 1, 1]);
  expect(sizes([9000, 6000, 3000, 0].map((at) => entry(at)))).toEqual([1, 1, 1, 1]);
  const exercises = [5, 4, 3, 2].map((at) => entry(at, 'takeover.raised', 'lan', at > 3 ? {} : { status: 'exercise' }));
  expect(sizes(exercises)).toEqual([1, 1, 1, 1]);
});

it('refused sign-ins stand each by themselves: they may be of different people', () => {
  const refused = [5, 4, 3, 2].map((at) => ({ ...entry(at, 'session.refused'), who: null }));
  expect(sizes(refused)).toEqual([1, 1, 1, 1]);
  expect(sizes([5, 4, 3, 2].map((at) => ({ ...entry(at, 'media.deleted'), who: null })))).toEqual([4]);
});

it('who goes on for minutes does more than one thing', () => {
  const slow = Array.from({ length: 200 }, (_, i) => entry(1_000_000 - i * 900));
  expect(Math.max(...sizes(slow))).toBeLessThan(70);
});

it('nothing is left out or changes places', () => {
  const entries = [entry(9), entry(8, 'board.changed'), ...[7, 6, 5, 4, 3].map((at) => entry(at)), entry(2, 'x.y')];
  expect(folded(entries).flat()).toEqual(entries);
});
