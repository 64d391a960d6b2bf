/**
 * npm run bench -- kill [--engine 270] [--player 30] [--seed N]
 *
 * Plays lost, plays doubled and states corrupt, in sum, after 270 kills of the engine with a scripted stage and 30 of the whole
 * player with its Chromium, at random moments of every activity: pairing, start, download, programme switch, journal write,
 * delivery, takeover. The CMS is a real one in a process of its own; what its evidence says is compared with what came to the glass,
 * which this process, never killed, notes by its own clock. A play that ended, or stood, more than a second before the kill has to be
 * there. After each kill the disk is read without the player's code; then the player has to come back from it with its line cut.
 *
 * `unheard` of the lost are those that the machine gave the player no time to hear of: they count, and say that it was too busy.
 * The same seed deals the same kills at the same moments of what is under way; how long that takes is the machine's.
 *
 * SIGKILL is no power cut: the system writes on for the dead. What is forced to the disk, and in which order, is tested by
 * player/engine/durability.mocked.test.ts. No floor: there is nothing to compare with nought.
 *
 * needs: build, browser
 */
import { parseArgs } from 'node:util';
import { findBrowser } from '../../scripts/lib/browser.ts';
import { runBench } from './lib/bench.ts';
import { runKills, type KillResult } from './lib/kill/run.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: '270' },
    player: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const [engine, player, seed] = [Number(values.engine), Number(values.player), Number(values.seed)];
const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
if (browser === null && player > 0) throw new Error('There is no browser that another user could run.');
console.error(`seed ${seed}`);

let result: KillResult | null = null;
await runBench({
  name: 'kill',
  unit: 'faults',
  rounds: 1,
  counts: true,
  async figure() {
    result = await runKills({ engine, player, seed, browser: browser ?? '', say: console.error });
    return result.lost + result.doubled + result.corrupt;
  },
  details: () => ({ seed, ...result }),
});
