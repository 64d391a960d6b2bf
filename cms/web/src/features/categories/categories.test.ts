import { expect, test } from 'vitest';
import type { Categories } from '../../../../../shared/protocol/api/categories.ts';
import { Resource } from '../../lib/resource.svelte.ts';
import { CategoryList } from './categories.svelte.ts';

test('a notice that is new is never under a category that the province has taken out of use', () => {
  const resource = new Resource<Categories>(() => Promise.reject(new Error('Not asked for')));
  const one = (key: string, inUse: boolean) => ({ key, vi: key, en: key, inUse });
  resource.data = { revision: 1, categories: [one('health', true), one('local', false), one('culture', true)] };
  const list = new CategoryList(resource);
  expect(list.usual).toBe('health');
  expect(['local', 'gone', 'culture'].map((key) => list.forNew(key))).toEqual(['health', 'health', 'culture']);
});
