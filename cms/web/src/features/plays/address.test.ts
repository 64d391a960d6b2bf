import { expect, it } from 'vitest';
import { playsAddress, readPlaysAddress, timesOf, type PlaysAddress } from './address.ts';

const read = (address: string): PlaysAddress => readPlaysAddress(new URL(address, 'http://cms').searchParams);

it('holds all that the page is asked for, and nothing that was not', () => {
  const asked: PlaysAddress = { boardId: 'b', content: { kind: 'takeover', id: 't' }, range: 'week', unitId: 'u' };
  expect(read(playsAddress(asked))).toEqual(asked);
  expect(playsAddress({})).toBe('/plays');
  expect(read('/plays')).toEqual({ boardId: null, content: null, range: 'today', unitId: null });
});

it('takes half a content, or a kind that there is not, for none', () => {
  for (const half of ['?kind=notice', '?content=x', '?kind=video&content=x', '?kind=&content=x'])
    expect(read(`/plays${half}`).content, half).toBeNull();
  expect(read('/plays?range=year&board=').range).toBe('today');
  expect(read('/plays?range=year&board=').boardId).toBeNull();
});

it('means days in Viet Nam, today to its end', () => {
  const now = Date.UTC(2026, 10, 23, 4);
  expect(timesOf('today', now)).toEqual({ from: Date.UTC(2026, 10, 22, 17), to: Date.UTC(2026, 10, 23, 17) });
  expect(timesOf('week', now).from).toBe(Date.UTC(2026, 10, 16, 17));
});
