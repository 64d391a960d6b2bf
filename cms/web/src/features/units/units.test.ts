import { expect, it } from 'vitest';
import { m } from '../../paraglide/messages.js';
import { unseenName } from './units.svelte.ts';

it('a unit that is not in sight has the name that something says, and is «above» only where it is', () => {
  const units = [{ parentId: 'province' }, { parentId: 'xa' }];
  const named = [{ unitId: 'beside', unitName: 'Xã Phú An' }];
  expect(unseenName('beside', units, named)).toBe('Xã Phú An');
  expect(unseenName('beside', [], named)).toBe('Xã Phú An');
  expect(unseenName('province', units, named)).toBe(m.unit_above());
  expect(unseenName('elsewhere', units, named)).toBe(m.unit_out_of_sight());
});

it('while the units are not known yet, none is said to lie above', () => {
  expect(unseenName('xa', [], [])).toBe(m.app_loading());
});
