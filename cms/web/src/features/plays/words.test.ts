import { expect, it } from 'vitest';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { playLength } from './words.ts';

overwriteGetLocale(() => 'vi');

it('two plays of five and a half seconds are seen to be eleven', () => {
  expect([5_512, 59_960, 3_600_000, 999].map((paintedMs) => playLength({ paintedMs }))).toEqual([
    '0:05,5',
    '1:00,0',
    '1:00:00,0',
    '< 0:01',
  ]);
});
