import { expect, it } from 'vitest';
import { readPlace, writePlace } from './place.ts';

it.each([
  ['10.2537, 105.9722', 10.2537, 105.9722],
  [' 10.2537 105.9722 ', 10.2537, 105.9722],
  ['10,2537; 105,9722', 10.2537, 105.9722],
  ['10,2537 105,9722', 10.2537, 105.9722],
  ['-8, 115', -8, 115],
  ['', null, null],
])('reads «%s»', (typed, latitude, longitude) => {
  expect(readPlace(typed)).toEqual({ latitude, longitude });
});

it.each(['Vĩnh Long', '10.2537', '100, 100', '10, 200', '10.2537, 105.9722, 3', '1e1, 5'])('refuses «%s»', (typed) => {
  expect(readPlace(typed)).toBeNull();
});

it('reads what it writes', () => {
  const place = { latitude: 10.25, longitude: 105.97 };
  expect(readPlace(writePlace(place))).toEqual(place);
  expect(writePlace({ latitude: null, longitude: null })).toBe('');
});
