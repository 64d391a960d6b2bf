import { expect, test } from 'vitest';
import { pictureWithin } from './picture.ts';

test('the best picture that fits is taken, and none that does not', async () => {
  const tried: number[] = [];
  const encode = (quality: number) => {
    tried.push(quality);
    return Promise.resolve(new Uint8Array(quality * 10));
  };
  expect(await pictureWithin(500, encode)).toHaveLength(450);
  expect(tried).toEqual([75, 45]);
  await expect(pictureWithin(20, encode)).rejects.toMatchObject({ code: 'capture_too_large' });
});
