import { Cron } from 'croner';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cron, instant, zones } from '../../test/lib/programmes.ts';
import { nextRuns, parseCron } from './cron.ts';
import { Zone } from './zone.ts';

test.each([
  ['61 * * * *', 'a minute that does not exist'],
  ['0 24 * * *', 'an hour that does not exist'],
  ['0 0 30 2 *', '30 February'],
  ['0 0 31 4,6,9,11 *', 'the 31st of short months'],
  ['0 22-6 * * *', 'a range that runs backwards'],
  ['* * * * * *', 'six fields'],
  ['0 7 * *', 'four fields'],
  ['@daily', 'a nickname'],
  ['? 7 * * *', 'a question mark, which would read the clock'],
  ['0 0 1 * +1', 'a plus'],
  ['５ * * * *', 'digits of another script'],
  ['', 'nothing'],
])('refuses %j: %s', (expression) => {
  expect(() => parseCron(expression)).toThrow(
    expect.objectContaining({ code: 'cron_invalid', field: 'cron', status: 400 }),
  );
});

test.each([
  '0 7 * * *',
  '*/15 6-22 * * MON-FRI',
  '0 0 29 2 *',
  '0 8 L * *',
  '0 8 * * 1#1',
  '0 8 15W * *',
  '  0  7 * * 7 ',
  '0 7 * MAR,JUL SAT',
])('takes %j', (expression) => {
  expect(nextRuns(expression, 'Asia/Ho_Chi_Minh', 0, 3)).toHaveLength(3);
});

test('a run exactly at the asked instant counts', () => {
  const seven = Date.parse('2026-03-03T07:00:00+07:00');
  expect(nextRuns('0 7 * * *', 'Asia/Ho_Chi_Minh', seven, 2)).toEqual([seven, seven + 86_400_000]);
  expect(parseCron('0 7 * * *').starts(new Zone('Asia/Ho_Chi_Minh'), seven, seven + 1)).toEqual([seven]);
  expect(parseCron('0 7 * * *').starts(new Zone('Asia/Ho_Chi_Minh'), seven + 1, seven + 86_400_000)).toEqual([]);
});

test('starts are those of croner in the zone, near a change of the clock and far from it', () => {
  fc.assert(
    fc.property(
      cron,
      fc.constantFrom(...zones),
      instant,
      fc.integer({ min: 1, max: 4 * 86_400_000 }),
      (expression, zone, from, length) => {
        const to = from + length;
        const job = new Cron(expression, { mode: '5-part', timezone: zone });
        const expected: number[] = [];
        let next = job.nextRun(new Date(Math.ceil(from / 1000) * 1000 - 1000));
        for (; next && next.getTime() < to; next = job.nextRun(next)) expected.push(next.getTime());
        expect(parseCron(expression).starts(new Zone(zone), from, to)).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});
