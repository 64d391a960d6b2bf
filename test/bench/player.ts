/**
 * npm run bench -- player [--seconds 40]
 *
 * What it costs to play clips of 1080p: processor time of all of the player's processes (host, engine, Chromium) for each second of a playlist of
 * two clips of ten seconds, in a window on a display of 1920×1080. Floor: the same Chromium, started in the same way by the same code, with a
 * page in which one of the clips is in a loop, and nothing else. They take turns; unit: cores.
 * `details.dropped` are the frames that either left out of those of the clip on the glass when the time was over.
 *
 * Without a graphics processor Chromium decodes and draws in software, which is most of what is measured on such a machine: there the display, a
 * process of its own, is not counted in either.
 *
 * needs: build, browser
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Decoder, Demuxer, Encoder, FilterAPI, Muxer } from 'node-av/api';
import { FF_ENCODER_LIBX264 } from 'node-av/constants';
import { FFmpegError } from 'node-av/lib';
import { BrowserProcess } from '../../player/hosts/chromium/browser-process.ts';
import { findBrowser } from '../../scripts/lib/browser.ts';
import { freePort } from '../e2e/lib/processes.ts';
import { runBench } from './lib/bench.ts';
import { Display } from './lib/glass/display.ts';
import { countPage } from './lib/glass/page.ts';
import { GlassPlayer } from './lib/glass/player.ts';
import { clipsProgramme } from './lib/glass/programme.ts';
import { buildPlayer } from './lib/glass/run.ts';
import { processorTimes, processTree } from './lib/process-tree.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '40' } } });
const seconds = Number(values.seconds);
const clipSeconds = 10;
const raster = { width: 1920, height: 1080 };

const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
if (browser === null) throw new Error('There is no browser that another user could run.');
const folder = await mkdtemp(join(tmpdir(), 'bang-tin-player-bench-'));

/** H.264 in MP4 as the CMS makes it, of a moving test picture; `turn` makes another one that costs as much. */
async function clip(name: string, turn: string): Promise<Buffer> {
  const file = join(folder, name);
  await using input = await Demuxer.open(`testsrc2=size=1920x1080:rate=30:duration=${clipSeconds}`, {
    format: 'lavfi',
  });
  await using output = await Muxer.open(file, { format: 'mp4', options: { movflags: '+faststart' } });
  const decoder = await Decoder.create(input.streams[0]!);
  const encoder = await Encoder.create(FF_ENCODER_LIBX264, {
    configure: (codec) => FFmpegError.throwIfError(codec.setOption('preset', 'veryfast'), 'preset'),
    context: { bitRate: '6M', gopSize: 60 },
  });
  const index = output.addStream(encoder);
  const frames = FilterAPI.create(`${turn}format=yuv420p`).frames(decoder.frames(input.packets()));
  for await (const packet of encoder.packets(frames)) if (packet) await output.writePacket(packet, index);
  await output.close();
  return readFile(file);
}

const dropped: Record<'player' | 'bare', [dropped: number, of: number][]> = { player: [], bare: [] };
/** Cores that the process and its descendants keep busy for the given time. */
async function busyCores(root: number, port: number, who: 'player' | 'bare'): Promise<number> {
  await pause(5_000);
  const before = processorTimes(processTree(root));
  const from = performance.now();
  await pause(seconds * 1000);
  const took = (performance.now() - from) / 1000;
  const after = processorTimes(processTree(root));
  const { droppedFrames, frames } = await countPage(port);
  dropped[who].push([droppedFrames, frames]);
  return [...after].reduce((all, [pid, time]) => all + time - (before.get(pid) ?? 0), 0) / took;
}

try {
  await buildPlayer();
  const clips = [await clip('a.mp4', ''), await clip('b.mp4', 'hflip,')];
  const programme = clipsProgramme(clips, clipSeconds * 1000);
  await runBench({
    name: 'player',
    unit: 'cores',
    rounds: 3,
    async figure() {
      await using stack = new AsyncDisposableStack();
      const display = stack.adopt(await Display.open(raster.width, raster.height), (one) => one.close());
      const port = await freePort();
      const started = GlassPlayer.start({ display, raster, browser, browserArgs: [`--remote-debugging-port=${port}`] });
      const player = stack.adopt(await started, (one) => one.stop());
      await player.play(programme);
      return await busyCores(player.pid, port, 'player');
    },
    async floor() {
      await using stack = new AsyncDisposableStack();
      const display = stack.adopt(await Display.open(raster.width, raster.height), (one) => one.close());
      const server = createServer((request, response) => {
        const isClip = request.url === '/clip';
        response.setHeader('content-type', isClip ? 'video/mp4' : 'text/html');
        const page = `<body style="margin:0;background:#000"><video src="/clip" muted autoplay loop style="width:100vw;height:100vh"></video>`;
        response.end(isClip ? clips[0] : page);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      stack.defer(() => {
        server.closeAllConnections();
        server.close();
      });
      const port = await freePort();
      const window = new BrowserProcess('chromium', {
        program: browser,
        dataDir: folder,
        extra: [`--remote-debugging-port=${port}`, `--window-size=${raster.width},${raster.height}`],
        env: { ...process.env, DISPLAY: display.name, WAYLAND_DISPLAY: '' },
        onEnded: (reason) => console.error(reason),
        onPageEnded: () => console.error('the page ended'),
      });
      stack.defer(() => window.stop());
      await window.show('chromium', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, raster);
      const { pid } = JSON.parse(await readFile(join(folder, 'browser.json'), 'utf8')) as { pid: number };
      return await busyCores(pid, port, 'bare');
    },
    details: () => ({
      dropped,
      seconds,
      clipBytes: clips.map((one) => one.length),
      load: loadavg()[0],
      cores: availableParallelism(),
    }),
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
