import { expect, it } from 'vitest';
import type { Unit } from '../../../../../shared/protocol/api/units.ts';
import { inboxOf } from './landing.ts';

const unit = (id: string, parentId: string | null): Unit => ({
  ...{ id, code: id, name: id, level: parentId === null ? 'province' : 'commune', parentId, mergedInto: null },
});
const units = [unit('province', null), unit('xa', 'province')];

it('province staff begin with what they sent, once it is known that theirs is a province', () => {
  const grants = [{ unitId: 'province', role: 'province' }] as const;
  expect(inboxOf(grants, null)).toBeNull();
  expect(inboxOf(grants, units)).toBe('sent');
});

it('communes begin with what they receive, whatever the role', () => {
  expect(inboxOf([{ unitId: 'xa', role: 'editor' }], null)).toBe('xa');
  expect(inboxOf([{ unitId: 'xa', role: 'administrator' }], units)).toBe('xa');
  // A commune sees nothing above itself.
  expect(inboxOf([{ unitId: 'xa', role: 'province' }], units.slice(1))).toBe('xa');
});
