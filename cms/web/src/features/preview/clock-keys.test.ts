import { expect, it } from 'vitest';
import { keyStepMs } from './clock-keys.ts';

it('moves by a minute, ten minutes and an hour, and leaves other keys to the slider', () => {
  const step = (key: string, shiftKey = false) => keyStepMs({ key, shiftKey });
  expect([step('ArrowRight'), step('ArrowDown'), step('ArrowUp', true), step('ArrowLeft', true)]).toEqual([
    60_000, -60_000, 600_000, -600_000,
  ]);
  expect([step('PageUp'), step('PageDown')]).toEqual([3_600_000, -3_600_000]);
  expect([step('Home'), step('Tab')]).toEqual([null, null]);
});
