import { expect, test } from 'vitest';
import { randomBy } from './random.ts';
import { activities, type Activity } from './lane.ts';
import { deal } from './run.ts';

test.each([1, 9, 90, 270])('%i kills are dealt in full, each activity as often as the others', (kills) => {
  const lanes = deal(kills, 4, randomBy(kills));
  const dealt = lanes.flat();
  expect(dealt).toHaveLength(kills);
  expect(lanes.every(([first]) => first === 'pairing')).toBe(true);
  const count = (activity: Activity): number => dealt.filter((one) => one === activity).length;
  const counts = activities.slice(1).map(count);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  expect(deal(kills, 4, randomBy(kills))).toEqual(lanes);
});

test('nine kills hold every activity, and no player is killed in a start before it has something to remember', () => {
  for (let seed = 0; seed < 50; seed++) {
    const lanes = deal(9, 4, randomBy(seed));
    expect(new Set(lanes.flat())).toEqual(new Set(activities));
    expect(lanes.map((lane) => lane[1])).not.toContain('start');
  }
});
