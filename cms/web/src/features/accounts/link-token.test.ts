import { expect, it } from 'vitest';
import { tokenOf } from './link-token.ts';

it('the code of a one-time link is what stands behind «#»', () => {
  expect(tokenOf('#abc-123_Z')).toBe('abc-123_Z');
  expect(tokenOf('#abc%2B1')).toBe('abc+1');
  expect(tokenOf('')).toBe('');
});

it('a link that a mail program has broken has no code, and the page still opens', () => {
  expect(tokenOf('#abc%')).toBe('');
  expect(tokenOf('#abc%E1%BA')).toBe('');
});
