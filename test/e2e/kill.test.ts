/**
 * The short form of `npm run bench -- kill`, which kills the engine 270 times and the whole player 30: the same with nine kills of the
 * engine, one or more in every activity, always of the same seed.
 */
import { expect, test } from 'vitest';
import { runKills } from '../bench/lib/kill/run.ts';

const kills = 9;
const seed = 20261122;

test('short form: nine kills of the engine lose and double no play and leave no state corrupt', async () => {
  const said = [`npm run bench -- kill --engine ${kills} --player 0 --seed ${seed}`];
  console.log(said[0]);
  const result = await runKills({
    engine: kills,
    player: 0,
    seed,
    browser: '',
    say: (line) => void said.push(line),
  });
  // Beside other tests the machine may give a player no time to hear of what its stage has painted: nobody could write that down.
  const lost = result.lost - result.unheard;
  expect({ ...result, lost }, said.join('\n')).toMatchObject({ lost: 0, doubled: 0, corrupt: 0 });
  expect(result.unheard, said.join('\n')).toBeLessThanOrEqual(2);
  expect(Object.values(result.kills.engine).reduce((sum, count) => sum + count, 0)).toBe(kills);
  expect(result.plays).toBeGreaterThan(kills);
});
