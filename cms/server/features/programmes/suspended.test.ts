import { UnsecuredJWT } from 'jose';
import { expect, it } from 'vitest';
import { suspendsAlike, suspensionsOf } from './suspended.ts';

const song = '0198f0a0-0000-7000-8000-000000000001';
const other = '0198f0a0-0000-7000-8000-000000000002';
const signed = (suspensions: unknown): string => new UnsecuredJWT({ suspensions }).encode();

it('a mourning that met another and ends makes no difference to what is still to come', () => {
  const [first, second] = [
    { from: 100, to: 200 },
    { from: 150, to: 300 },
  ];
  const both = signed(suspensionsOf([first, second], [song]));
  const left = suspensionsOf([second], [song]);
  expect(suspendsAlike(both, left, 250)).toBe(true);
  // Before the second has begun it does: the first was lifted.
  expect(suspendsAlike(both, left, 120)).toBe(false);
  expect(suspendsAlike(both, [], 250)).toBe(false);
  expect(suspendsAlike(both, suspensionsOf([second], [song, other]), 250)).toBe(false);
  expect(suspendsAlike(both, [], 300)).toBe(true);
});
