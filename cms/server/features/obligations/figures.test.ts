import { expect, it } from 'vitest';
import { Zone } from '../../../../shared/schedule/zone.ts';
import { litHoursIn, type KeptHours } from '../commands/dark-hours.ts';
import { byHours } from './figures.ts';

const hour = 3_600_000;
const midnight = Date.UTC(2026, 0, 1) - 7 * hour;
const starts = Array.from({ length: 24 }, (_, i) => midnight + i * hour);
const day = { on: { from: 300, to: 1320 }, light: null };
const keptFrom = (from: number): KeptHours[] => [{ from, to: Infinity, hours: day }];

it('boards that keep the same hours are asked about in one, whenever each began to', async () => {
  const kept = new Map(Array.from({ length: 300 }, (_, i) => [`b${i}`, keptFrom(midnight - 1000 + 7 * i)]));
  kept.set('none', []).set('late', keptFrom(midnight + 12 * hour + 1));
  const litHours = litHoursIn(new Zone('Asia/Ho_Chi_Minh'), starts);
  const groups = [...(await byHours([...kept.keys()], (id) => litHours(kept.get(id)!)))];
  expect(groups.map(([lit, ids]) => [lit.length, ids.length])).toEqual([
    [17, 300],
    [24, 1],
    // From noon on: without the last two hours.
    [22, 1],
  ]);
});
