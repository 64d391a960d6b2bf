import { expect, test } from 'vitest';
import { bridgeUrl, carrierKind } from './address.ts';

test('the bridge is on the host that served the page, with the token of its address', () => {
  expect(bridgeUrl({ href: 'http://127.0.0.1:4711/stage/index.html?token=a%2Bb#x' })).toBe(
    'ws://127.0.0.1:4711/bridge?token=a%2Bb',
  );
  expect(bridgeUrl({ href: 'https://board.example/?token=t' })).toBe('wss://board.example/bridge?token=t');
});

test('only a preview listens to the page around it', () => {
  expect(carrierKind({ search: '?carrier=parent' })).toBe('parent');
  expect(carrierKind({ search: '?token=x' })).toBe('socket');
});
