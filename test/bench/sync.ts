/**
 * npm run bench -- sync [--minutes 130 | --short]
 *
 * Two whole players, each with a window on a display of its own, play one programme. Their clocks are wrong: one 5 s fast and running fast by
 * 100 millionths, the other 5 s slow and running slow by as much; one is on a quick line, the other on a slow one that takes longer up than
 * down. The CMS's clock is the machine's, which is what is true here. Both displays are read every 3 ms.
 * Figure: p99, over all items that came, of how long one player showed an item before the other, ms of true time.
 *
 * Players read the CMS's clock once an hour, so it is the last minutes before a reading that are worst: two hours and a bit show two of them.
 * `details.tenths` are the medians of each tenth of the time. Not seen: Chromium's own clock is right; it times nothing longer than a slot.
 *
 * No floor: two boards that do not talk have none.
 *
 * needs: build, browser
 */
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findBrowser } from '../../scripts/lib/browser.ts';
import { median, runBench } from './lib/bench.ts';
import { Display } from './lib/glass/display.ts';
import { GlassPlayer } from './lib/glass/player.ts';
import { glassProgramme, raster } from './lib/glass/programme.ts';
import { buildPlayer } from './lib/glass/run.ts';
import { Watch } from './lib/glass/watch.ts';
import { differences, quantile } from './lib/glass/in-step.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '130' }, short: { type: 'boolean', default: false } },
});
const minutes = values.short ? 3 : Number(values.minutes);
const slotMs = 1_500;
const items = [
  { kind: 'image', number: 3 },
  { kind: 'image', number: 4 },
  { kind: 'video', number: 1 },
  { kind: 'image', number: 8 },
] as const;
const boards = [
  { offsetMs: 5_000, ppm: 100, line: { upMs: 5, downMs: 5, jitterMs: 2 } },
  { offsetMs: -5_000, ppm: -100, line: { upMs: 90, downMs: 50, jitterMs: 20 } },
];

const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
if (browser === null) throw new Error('There is no browser that another user could run.');
await buildPlayer();

let details: Record<string, unknown> = {};
await runBench({
  name: 'sync',
  unit: 'ms',
  rounds: 1,
  async figure() {
    await using stack = new AsyncDisposableStack();
    const programme = await glassProgramme(items, slotMs);
    const displays: Display[] = [];
    for (const { offsetMs, ppm, line } of boards) {
      const display = stack.adopt(await Display.open(raster.width, raster.height), (one) => one.close());
      const env = {
        NODE_OPTIONS: `--import=${join(import.meta.dirname, 'lib/glass/wrong-clock.ts')}`,
        BENCH_CLOCK_OFFSET_MS: String(offsetMs),
        BENCH_CLOCK_PPM: String(ppm),
        BENCH_CLOCK_FROM: String(Date.now()),
      };
      const player = stack.adopt(await GlassPlayer.start({ display, raster, browser, line, env }), (one) => one.stop());
      await player.play(programme);
      displays.push(display);
    }
    const watch = stack.adopt(new Watch(displays), (one) => one.stop());
    watch.learned();
    await pause(minutes * 60_000);
    const apart = differences(watch.changes, (items.length * slotMs) / 2);
    details = {
      items: apart.length,
      minutes,
      median: median(apart),
      longest: Math.max(...apart),
      tenths: Array.from({ length: 10 }, (_, n) => {
        const part = apart.slice(Math.floor((n * apart.length) / 10), Math.floor(((n + 1) * apart.length) / 10));
        return part.length > 0 ? Math.round(median(part)) : null;
      }),
      boards,
      longestBlinkMs: Math.round(watch.longestBlinkMs),
      load: loadavg()[0],
      cores: availableParallelism(),
    };
    return quantile(apart, 0.99);
  },
  details: () => details,
});
