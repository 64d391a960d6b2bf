/**
 * npm run bench -- gaps [--transitions 1000 | --short] [--prove]
 *
 * A whole player plays clips, pictures (a page of a PDF is one) and texts in layouts, each after each and after itself, 1.5 s each, in a kiosk
 * window on a display of its own; what Chromium has handed to the display is read every 3 ms. Clips are lossless, have 30 frames a second and say
 * in every line which clip and which frame they are.
 * - Figure: the longest gap at a transition in display frames of 1/60 s: for how long neither item was on the glass in full, or for how much
 *   longer than its 33 ms the last frame of a clip that left, or the first of one that came, stood still.
 * - `details.badFrames`: display frames, at any time, of black, white, anything else than the two items, parts of both, or what had gone.
 * - `details.gaps`: how many transitions had a gap of so many frames, by what left and what came.
 * - `details.pauses`: the same for clips that are neither coming nor going: what the machine does by itself. Where these are long, it was too
 *   busy to say anything of the player. `details.longestBlinkMs` is the longest time in which the bench itself did not look.
 *
 * Not seen: what lasts less than half a display frame; twelve lines of the picture are looked at, not all; what a graphics processor and a panel
 * make of it. A text is known by how it looked while it was learned, in the first round: one that is drawn wrongly always is not found here.
 * `--prove` puts faults into a copy of the stage — black, white and what has gone, for 100 ms now and then — and fails unless all are found.
 *
 * No floor: there is nothing to compare with nought.
 *
 * needs: build, browser
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findBrowser } from '../../scripts/lib/browser.ts';
import { runBench } from './lib/bench.ts';
import { faultyStage, injected } from './lib/glass/faulty-stage.ts';
import { everyTransition } from './lib/glass/programme.ts';
import { buildPlayer, watchPlayer } from './lib/glass/run.ts';

const { values } = parseArgs({
  options: {
    transitions: { type: 'string', default: '1000' },
    short: { type: 'boolean', default: false },
    prove: { type: 'boolean', default: false },
  },
});
const transitions = values.short || values.prove ? 60 : Number(values.transitions);
const slotMs = 1_500;

const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
if (browser === null) throw new Error('There is no browser that another user could run.');
const folder = await mkdtemp(join(tmpdir(), 'bang-tin-gaps-'));
try {
  await buildPlayer();
  let details: Record<string, unknown> = {};
  const line = await runBench({
    name: 'gaps',
    unit: 'display frames',
    rounds: 1,
    counts: true,
    async figure() {
      const stage = values.prove ? await faultyStage(join(folder, 'stage'), injected) : undefined;
      const seen = await watchPlayer({
        browser,
        items: everyTransition,
        slotMs,
        transitions,
        ...(stage ? { stage } : {}),
      });
      const { gaps, pauses, faults, firstFrames, ...counts } = seen;
      details = {
        ...counts,
        faults: faults.slice(0, 20),
        gaps: Object.fromEntries([...gaps].map(([way, frames]) => [way, histogram(frames)])),
        pauses: histogram(pauses),
        firstFrames: histogram(firstFrames),
        load: loadavg()[0],
        cores: availableParallelism(),
      };
      return Math.max(...[...gaps.values()].flat());
    },
    details: () => details,
  });
  if (values.prove && line) {
    const found = new Set((details['faults'] as { fault: string }[]).map(({ fault }) => fault));
    const missed = injected.filter((fault) => !found.has(fault));
    if (line.figure <= 1 || missed.length > 0)
      throw new Error(`Not found, though it was there: ${missed.join(', ') || 'a gap'}`);
    console.error('Every fault that was put in was found.');
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** How many transitions had so many. */
function histogram(values: readonly number[]): Record<string, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a - b));
}
