/**
 * npm run bench -- soak [--transitions 2000 | --long | --short]
 *
 * A whole player shows clips, pictures and texts in turn, 1.5 s each, in a window on a display of its own: 2,000 of them (50 minutes), with
 * `--long` 10,000. Memory is that of all of its processes (host, engine, Chromium), each page counted once (PSS), read every 5 s.
 * Figure: the median over the last hundred transitions, MB; floor: over the hundred after the first 500; ratio: what has been added since.
 * `details.before.own`, `files` and `shared` are what that consists of: another Chromium on the machine has the files of this one as well, and each
 * counts half of them. Run it alone, or with a copy of the browser of its own (BANG_TIN_BROWSER).
 * `details.before` and `details.after` are media elements, listeners and nodes of the page at both times, the least of some looks, each after its
 * garbage was collected: the same where nothing is left behind. More media elements or listeners at the end than before fail the bench.
 *
 * needs: build, browser
 */
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findBrowser } from '../../scripts/lib/browser.ts';
import { freePort } from '../e2e/lib/processes.ts';
import { median, runBench } from './lib/bench.ts';
import { Display } from './lib/glass/display.ts';
import { countPage, type PageCounts } from './lib/glass/page.ts';
import { GlassPlayer } from './lib/glass/player.ts';
import { glassProgramme, raster } from './lib/glass/programme.ts';
import { buildPlayer } from './lib/glass/run.ts';
import { memoryOf, processTree } from './lib/process-tree.ts';

const { values } = parseArgs({
  options: {
    transitions: { type: 'string', default: '2000' },
    long: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
  },
});
const transitions = values.short ? 120 : values.long ? 10_000 : Number(values.transitions);
/** What is warm by then stays as it is. */
const warm = Math.min(500, transitions / 4);
const counted = Math.min(100, transitions / 4);
const slotMs = 1_500;
const items = [
  { kind: 'video', number: 1 },
  { kind: 'image', number: 2 },
  { kind: 'layout', number: 3 },
] as const;

const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
if (browser === null) throw new Error('There is no browser that another user could run.');
await buildPlayer();

/** Median over so many transitions, MB, and what is counted in the page after them. */
async function look(player: GlassPlayer, port: number) {
  const read: Record<'all' | keyof typeof parts, number>[] = [];
  const until = performance.now() + counted * slotMs;
  while (performance.now() < until) {
    const pids = processTree(player.pid);
    const mb = (kind: Parameters<typeof memoryOf>[1]): number => Math.round(memoryOf(pids, kind) / 1e4) / 100;
    read.push({ all: mb('Pss'), own: mb(parts.own), files: mb(parts.files), shared: mb(parts.shared) });
    await pause(5_000);
  }
  const counts: PageCounts[] = [];
  for (let times = 0; times < 5; times++) {
    counts.push(await countPage(port));
    await pause(slotMs / 2);
  }
  const least = (name: Counted): number => Math.min(...counts.map((one) => one[name]));
  return {
    memory: median(read.map(({ all }) => all)),
    counts: {
      own: median(read.map(({ own }) => own)),
      files: median(read.map(({ files }) => files)),
      shared: median(read.map(({ shared }) => shared)),
      mediaElements: least('mediaElements'),
      listeners: least('listeners'),
      nodes: least('nodes'),
    },
  };
}
/** Of the memory. */
const parts = { own: 'Pss_Anon', files: 'Pss_File', shared: 'Pss_Shmem' } as const;
type Counted = 'mediaElements' | 'listeners' | 'nodes';

async function soak() {
  await using stack = new AsyncDisposableStack();
  const display = stack.adopt(await Display.open(raster.width, raster.height), (one) => one.close());
  const port = await freePort();
  const browserArgs = [`--remote-debugging-port=${port}`];
  const started = GlassPlayer.start({ display, raster, browser: browser!, browserArgs });
  const player = stack.adopt(await started, (one) => one.stop());
  await player.play(await glassProgramme(items, slotMs));
  await pause(warm * slotMs);
  const before = await look(player, port);
  await pause((transitions - warm - 2 * counted) * slotMs);
  const after = await look(player, port);
  return { before, after, plays: player.plays };
}

// Both are of one run, one after the other.
let run: ReturnType<typeof soak> | null = null;
const measured = () => (run ??= soak());
await runBench({
  name: 'soak',
  unit: 'MB',
  rounds: 1,
  figure: async () => (await measured()).after.memory,
  floor: async () => (await measured()).before.memory,
  async details() {
    const { before, after, plays } = await measured();
    for (const kept of ['mediaElements', 'listeners'] as const)
      if (after.counts[kept] > before.counts[kept])
        throw new Error(`${kept}: ${before.counts[kept]} after ${warm} transitions, ${after.counts[kept]} after all`);
    return {
      transitions,
      plays,
      before: before.counts,
      after: after.counts,
      load: loadavg()[0],
      cores: availableParallelism(),
    };
  },
});
