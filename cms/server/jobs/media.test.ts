/** The child process on real files: those of test/fixtures/media, and the larger ones of ../shared/data/media where that folder is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Decoder, Demuxer, Encoder, FilterAPI, Muxer } from 'node-av/api';
import {
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_H264,
  AV_PIX_FMT_YUV420P,
  AV_PKT_DATA_DISPLAYMATRIX,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { geometryOf, targetRate, turnOf } from './media-geometry.ts';
import { StoppedError } from './media-errors.ts';
import { assertWholeMp4 } from './media-mp4.ts';
import { MediaQueue } from './media-queue.ts';
import { isWorthKeeping, sidesBelow } from './media-ladder.ts';
import { createMediaRunner, createSmallerRunner, defaultMediaLimits } from './media-runner.ts';
import type { MediaResult } from './media-messages.ts';
import { sniff, sniffFile } from './media-sniff.ts';
import { transcodeVideo } from './media-video.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/media/${name}`, import.meta.url));
const shared = fileURLToPath(new URL('../../../../shared/data/media/', import.meta.url));
const none = new AbortController().signal;

let folder: string;
let jobs = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-media-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = createMediaRunner(defaultMediaLimits);
const make = (
  source: string,
  kind: 'image' | 'video',
  onProgress: (share: number) => void = () => {},
): Promise<MediaResult> => run({ kind, source, folder: join(folder, `job${++jobs}`) }, { signal: none, onProgress });

/** What a player would find in a rendition: decoded, not believed. */
async function inspect(file: string) {
  await using input = await Demuxer.open(file);
  const video = input.video()!;
  const audio = input.audio();
  using decoder = await Decoder.create(video);
  const times: number[] = [];
  let first: Buffer | null = null;
  for await (const frame of decoder.frames(input.packets(video.index))) {
    if (!frame) continue;
    first ??= frame.toBuffer();
    times.push((Number(frame.pts) * video.timeBase.num * 1000) / video.timeBase.den);
    frame.free();
  }
  const steps = new Set(times.slice(1).map((time, i) => Math.round(time - times[i]!)));
  return {
    codec: video.codecpar.codecId,
    format: video.codecpar.format,
    size: [video.codecpar.width, video.codecpar.height],
    turned: video.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX) !== null,
    frames: times.length,
    steps: [...steps],
    audio: audio?.codecpar.codecId ?? null,
    tracks: input.streams.length,
    first: first!,
  };
}

/** upright.mp4 with nothing for so long (ms) behind its first second; `lastMs` is how long its last picture lasts. */
async function withGap(name: string, ms: { pictures?: number; sound?: number; last?: number }): Promise<string> {
  const file = join(folder, name);
  await using input = await Demuxer.open(fixture('upright.mp4'));
  await using output = await Muxer.open(file, {
    format: 'matroska',
    // MP4's tags are not Matroska's.
    configure: (format) => {
      for (const stream of format.streams ?? []) stream.codecpar.codecTag = 0;
    },
  });
  const indices = input.streams.map((stream) => output.addStream(stream));
  const video = input.video()!.index;
  let count = 0;
  for await (const packet of input.packets()) {
    if (!packet) break;
    using held = packet;
    const perMs = held.timeBase.den / held.timeBase.num / 1000;
    const gapMs = (held.streamIndex === video ? ms.pictures : ms.sound) ?? 0;
    if (held.pts >= BigInt(Math.round(1000 * perMs))) {
      held.pts += BigInt(Math.round(gapMs * perMs));
      held.dts += BigInt(Math.round(gapMs * perMs));
    }
    if (held.streamIndex === video && ++count === 50 && ms.last) held.duration = BigInt(Math.round(ms.last * perMs));
    await output.writePacket(held, indices[held.streamIndex]!);
  }
  await output.close();
  return file;
}

/** This process's children, where the system (Linux) tells. */
const childrenFile = `/proc/${process.pid}/task/${process.pid}/children`;
async function children(): Promise<number[]> {
  const text = await readFile(childrenFile, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** Whether the index comes before the media: what lets a player begin before the end of a download. */
async function isFastStart(file: string): Promise<boolean> {
  const bytes = await readFile(file);
  return bytes.indexOf('moov') < bytes.indexOf('mdat');
}

/** A moving test picture of a second. */
async function testVideo(width: number, height: number): Promise<string> {
  const path = join(folder, `${width}x${height}.mp4`);
  await using input = await Demuxer.open(`testsrc2=size=${width}x${height}:rate=25:duration=1`, { format: 'lavfi' });
  await using output = await Muxer.open(path, { format: 'mp4' });
  const encoder = await Encoder.create(FF_ENCODER_LIBX264, { context: { bitRate: '4M', gopSize: 25 } });
  const decoder = await Decoder.create(input.streams[0]!);
  const index = output.addStream(encoder);
  for await (const packet of encoder.packets(
    FilterAPI.create('format=yuv420p').frames(decoder.frames(input.packets())),
  )) {
    if (packet) await output.writePacket(packet, index);
  }
  await output.close();
  return path;
}

/** A picture of noise: no size of it is small. */
async function noise(width: number, height: number): Promise<string> {
  const path = join(folder, `${width}x${height}.png`);
  await sharp({
    create: { width, height, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
  })
    .png()
    .toFile(path);
  return path;
}

describe('smaller copies', () => {
  const sizes = (made: MediaResult): unknown[] => made.smaller.map(({ width, height }) => [width, height]);

  it('of a picture are made for smaller boards, each with far fewer bytes than the one above', async () => {
    const made = await make(await noise(1600, 900), 'image');
    expect(sizes(made)).toEqual([
      [960, 540],
      [480, 270],
      [240, 135],
    ]);
    for (const [i, copy] of made.smaller.entries()) {
      const bytes = await readFile(copy.file);
      expect(copy).toMatchObject({
        mediaType: 'image/webp',
        size: bytes.length,
        hash: createHash('sha256').update(bytes).digest('hex'),
      });
      expect(copy.size).toBeLessThan(0.5 * (made.smaller[i - 1] ?? made.rendition).size);
    }
  });

  it('of an upright picture are upright', async () => {
    expect(sizes(await make(await noise(540, 960), 'image'))).toEqual([
      [270, 480],
      [135, 240],
    ]);
  });

  it('of a video are videos of the same length', async () => {
    const made = await make(await testVideo(1280, 720), 'video');
    expect(sizes(made)).toEqual([
      [960, 540],
      [480, 270],
    ]);
    for (const [i, copy] of made.smaller.entries()) {
      expect(copy).toMatchObject({ mediaType: 'video/mp4', durationMs: made.rendition.durationMs });
      expect(copy.size).toBeLessThan(0.75 * (made.smaller[i - 1] ?? made.rendition).size);
      expect(await inspect(copy.file)).toMatchObject({
        codec: AV_CODEC_ID_H264,
        size: [copy.width, copy.height],
        frames: 25,
        steps: [40],
      });
      expect(await isFastStart(copy.file)).toBe(true);
    }
  });

  it('are made alone of what is finished', async () => {
    const { rendition, smaller } = await make(await noise(1000, 1000), 'image');
    const job = { kind: 'image', source: rendition.file, smallerOf: rendition, folder: join(folder, 'again') } as const;
    const again = await createSmallerRunner(defaultMediaLimits)(job, { signal: none, onProgress: () => {} });
    expect(again.smaller.map(({ hash }) => hash)).toEqual(smaller.map(({ hash }) => hash));
    expect(smaller).toHaveLength(2);
  });

  it('are not made where they would save nothing', () => {
    expect(sidesBelow('image', { width: 1000, height: 300 })).toEqual([480, 240]);
    expect(sidesBelow('video', { width: 300, height: 640 })).toEqual([480]);
    expect(sidesBelow('image', { width: 300, height: 200 })).toEqual([]);
    expect([isWorthKeeping(95, 100), isWorthKeeping(50, 100)]).toEqual([false, true]);
  });
});

describe('pictures', () => {
  it('become WebP of the same size, named by what they hold', async () => {
    const { kind, rendition, poster } = await make(fixture('flag.png'), 'image');
    expect([kind, rendition.mediaType, rendition.width, rendition.height, rendition.durationMs]).toEqual([
      'image',
      'image/webp',
      60,
      40,
      null,
    ]);
    const bytes = await readFile(rendition.file);
    expect(rendition).toMatchObject({ size: bytes.length, hash: createHash('sha256').update(bytes).digest('hex') });
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 60, height: 40 });
    expect(await sharp(poster.file).metadata()).toMatchObject({ format: 'webp' });
  });

  it('are turned upright, and tell nothing of where and with what they were taken', async () => {
    const { rendition } = await make(fixture('sideways.jpg'), 'image');
    expect([rendition.width, rendition.height]).toEqual([40, 60]);
    const meta = await sharp(rendition.file).metadata();
    expect([meta.exif, meta.orientation, meta.xmp, meta.iptc]).toEqual([undefined, undefined, undefined, undefined]);
    // The yellow left half comes to the top.
    const { data } = await sharp(rendition.file).raw().toBuffer({ resolveWithObject: true });
    const green = (x: number, y: number): number => data[(y * 40 + x) * 3 + 1]!;
    expect(green(20, 10)).toBeGreaterThan(150);
    expect(green(20, 50)).toBeLessThan(80);
  });

  it('are brought down to 3840 px a side', async () => {
    const wide = join(folder, 'wide.png');
    await sharp({ create: { width: 5000, height: 500, channels: 3, background: '#fff' } })
      .png()
      .toFile(wide);
    expect((await make(wide, 'image')).rendition).toMatchObject({ width: 3840, height: 384 });
  });

  it.each([
    ['huge.png', 'image_too_large'],
    ['half.png', 'image_unreadable'],
    ['script.svg', 'svg_not_allowed'],
    ['text.mp4', 'file_unrecognized'],
    ['empty.png', 'file_empty'],
  ])('%s is refused: %s', async (name, code) => {
    await expect(make(fixture(name), 'image')).rejects.toMatchObject({ code });
  });
});

describe('videos', () => {
  it.each([
    ['upright.mp4', true],
    ['hevc.mp4', false],
    ['vp9.webm', false],
  ])('%s becomes H.264 at a constant rate, sound %s', async (name, sound) => {
    const shares: number[] = [];
    const { rendition, poster } = await make(fixture(name), 'video', (share) => shares.push(share));
    expect(rendition).toMatchObject({ mediaType: 'video/mp4', width: 128, height: 72, durationMs: 2000 });
    const found = await inspect(rendition.file);
    expect(found).toMatchObject({
      codec: AV_CODEC_ID_H264,
      format: AV_PIX_FMT_YUV420P,
      size: [128, 72],
      frames: 50,
      steps: [40],
      audio: sound ? AV_CODEC_ID_AAC : null,
    });
    expect(await isFastStart(rendition.file)).toBe(true);
    expect(await sharp(poster.file).metadata()).toMatchObject({ format: 'webp', width: 128, height: 72 });
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it('are turned upright in their pixels', async () => {
    const { rendition } = await make(fixture('turned.mp4'), 'video');
    expect([rendition.width, rendition.height]).toEqual([72, 128]);
    const upright = await inspect((await make(fixture('upright.mp4'), 'video')).rendition.file);
    const turned = await inspect(rendition.file);
    expect(turned.turned).toBe(false);
    // A quarter clockwise: what was at the left edge, half way down, is at the top, half way across. Luma only.
    const luma = (bytes: Buffer, width: number, x: number, y: number): number => bytes[y * width + x]!;
    for (const [x, y] of [
      [10, 36],
      [64, 20],
      [100, 50],
      [30, 60],
    ] as const)
      expect(Math.abs(luma(turned.first, 72, 71 - y, x) - luma(upright.first, 128, x, y))).toBeLessThan(24);
  });

  it.each([
    ['cut.mp4', 'video_truncated'],
    ['text.mp4', 'file_unrecognized'],
    ['empty.png', 'file_empty'],
  ])('%s is refused: %s', async (name, code) => {
    await expect(make(fixture(name), 'video')).rejects.toMatchObject({ code });
  });

  it('that are noise behind a true beginning are unreadable', async () => {
    const noise = join(folder, 'noise.mp4');
    const upright = await readFile(fixture('upright.mp4'));
    await writeFile(
      noise,
      Buffer.concat([upright.subarray(0, 36), createHash('sha512').update('x').digest(), Buffer.alloc(3000, 0x5a)]),
    );
    await expect(make(noise, 'video')).rejects.toMatchObject({ code: 'video_unreadable' });
  });

  it.each([
    ['an hour passes between two pictures', 'hour.mkv', { pictures: 3_600_000, sound: 3_600_000 }],
    ['the last picture stands for an hour', 'last.mkv', { last: 3_600_000 }],
  ])('are refused when %s, before it costs memory', async (_what, name, gap) => {
    const narrow = createMediaRunner({ ...defaultMediaLimits, memoryBytes: 400e6 });
    const job = { kind: 'video' as const, source: await withGap(name, gap), folder: join(folder, name + '.made') };
    await expect(narrow(job, { signal: none, onProgress: () => {} })).rejects.toMatchObject({ code: 'video_gap' });
  });

  it('are refused when they last longer than two hours, by a code that says so', async () => {
    const source = await withGap('long.mkv', { last: 3 * 3_600_000 });
    await expect(make(source, 'video')).rejects.toMatchObject({ code: 'video_too_long' });
  });

  it('stand still over a gap of some seconds', async () => {
    const { rendition } = await make(await withGap('standing.mkv', { pictures: 8000, sound: 8000 }), 'video');
    expect(rendition.durationMs).toBe(10_000);
    expect(await inspect(rendition.file)).toMatchObject({ frames: 250, steps: [40], audio: AV_CODEC_ID_AAC });
    const { rendition: last } = await make(await withGap('ending.mkv', { last: 4040 }), 'video');
    expect(last.durationMs).toBe(6000);
    expect(await inspect(last.file)).toMatchObject({ frames: 150, steps: [40] });
  });

  it('lose sound with an hour of nothing in it, and nothing else', async () => {
    const { rendition } = await make(await withGap('silence.mkv', { sound: 3_600_000 }), 'video');
    expect(await inspect(rendition.file)).toMatchObject({ frames: 50, audio: null });
  });

  it.skipIf(!existsSync('/dev/full'))('on a full disk leave the disk to blame', async () => {
    const full = join(folder, 'full.mp4');
    await symlink('/dev/full', full);
    await expect(transcodeVideo(fixture('upright.mp4'), 'mp4', full, () => {})).rejects.toMatchObject({
      code: 'storage_full',
      status: 507,
    });
  });

  it('that were not written to their end are found out', async () => {
    const upright = await readFile(fixture('upright.mp4'));
    await expect(assertWholeMp4(fixture('upright.mp4'))).resolves.toBeUndefined();
    const check = async (bytes: Buffer): Promise<void> => {
      const file = join(folder, 'unfinished.mp4');
      await writeFile(file, bytes);
      await assertWholeMp4(file);
    };
    const moov = upright.indexOf('moov') - 4;
    const end = moov + upright.readUInt32BE(moov);
    for (const bytes of [
      upright.subarray(0, -1),
      upright.subarray(0, moov + 20),
      Buffer.concat([upright.subarray(0, moov), upright.subarray(end)]),
      Buffer.concat([upright.subarray(0, moov), upright.subarray(end), upright.subarray(moov, end)]),
      Buffer.alloc(0),
    ])
      await expect(check(bytes)).rejects.toMatchObject({ code: 'storage_full' });
  });

  describe.skipIf(!existsSync(shared))(
    'of ../shared/data/media (skipped where that folder is not)',
    { timeout: 240_000 },
    () => {
      it.each([
        ['video.mp4', [1920, 1080], 5000, 40],
        ['video-h265.mp4', [1920, 1080], 10_000, 33],
        ['frames.webm', [1080, 1080], 3333, 33],
        ['rotate-buck-bunny.mp4', [1080, 1920], 1875, 42],
      ] as const)('%s plays at %j', async (name, [width, height], durationMs, step) => {
        const { rendition } = await make(join(shared, name), 'video');
        expect(rendition).toMatchObject({ width, height, durationMs });
        const found = await inspect(rendition.file);
        expect(found).toMatchObject({
          codec: AV_CODEC_ID_H264,
          format: AV_PIX_FMT_YUV420P,
          size: [width, height],
          turned: false,
        });
        expect(Math.max(...found.steps) - step).toBeLessThanOrEqual(1);
        expect(found.tracks).toBeLessThanOrEqual(2);
      });

      it.each([
        ['annex-b.mp4', 'video_truncated'],
        // Two sound tracks and no picture.
        ['multiple-aac-tracks.mp4', 'video_unreadable'],
      ])('%s is refused: %s', async (name, code) => {
        await expect(make(join(shared, name), 'video')).rejects.toMatchObject({ code });
      });
    },
  );
});

describe('the runner', () => {
  it('kills a child that stands still, and says the file did it', async () => {
    const impatient = createMediaRunner({ ...defaultMediaLimits, stallMs: 1 });
    const job = { kind: 'video' as const, source: fixture('upright.mp4'), folder: join(folder, 'stalled') };
    await expect(impatient(job, { signal: none, onProgress: () => {} })).rejects.toMatchObject({
      code: 'video_unreadable',
    });
  });

  it('kills a child that takes too much memory', async () => {
    const narrow = createMediaRunner({ ...defaultMediaLimits, memoryBytes: 1 });
    const job = { kind: 'video' as const, source: fixture('upright.mp4'), folder: join(folder, 'narrow') };
    await expect(narrow(job, { signal: none, onProgress: () => {} })).rejects.toMatchObject({
      code: 'video_unreadable',
    });
  });

  it.skipIf(!existsSync(childrenFile))(
    'kills a child that takes too much memory also when it says nothing',
    async () => {
      const narrow = createMediaRunner({ ...defaultMediaLimits, memoryBytes: 1 });
      const job = { kind: 'video' as const, source: fixture('upright.mp4'), folder: join(folder, 'silent') };
      const before = await children();
      const done = narrow(job, { signal: none, onProgress: () => {} });
      const [child] = (await children()).filter((pid) => !before.includes(pid));
      process.kill(child!, 'SIGSTOP');
      await expect(done).rejects.toThrow('too much memory');
    },
  );

  it.skipIf(!existsSync(childrenFile))('does not blame the file when somebody ends the child', async () => {
    const job = { kind: 'video' as const, source: fixture('upright.mp4'), folder: join(folder, 'ended') };
    const before = await children();
    const done = run(job, { signal: none, onProgress: () => {} });
    const [child] = (await children()).filter((pid) => !before.includes(pid));
    process.kill(child!, 'SIGTERM');
    await expect(done).rejects.toBeInstanceOf(StoppedError);
  });

  it.skipIf(process.platform === 'win32')('lets go of a job that no process could be started for', async () => {
    // With a clock still set, the process that tried would go on for hours.
    const script = `
      import { openSync } from 'node:fs';
      import { createMediaRunner, defaultMediaLimits } from ${JSON.stringify(new URL('./media-runner.ts', import.meta.url).href)};
      const run = createMediaRunner(defaultMediaLimits);
      try { for (;;) openSync('/dev/null', 'r'); } catch {}
      await run({ kind: 'image', source: '/none', folder: '/none' }, { signal: new AbortController().signal, onProgress: () => {} })
        .catch((error) => process.stdout.write(String(error.code)));
    `;
    const limited = spawn('sh', [
      '-c',
      'ulimit -n 100 && exec "$0" --input-type=module -e "$1"',
      process.execPath,
      script,
    ]);
    let said = '';
    limited.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = (await once(limited, 'close')) as [number | null];
    expect([code, said]).toEqual([0, 'EMFILE']);
  });

  it('stops when it is told to', async () => {
    const aborter = new AbortController();
    const job = { kind: 'video' as const, source: fixture('upright.mp4'), folder: join(folder, 'stopped') };
    const done = run(job, { signal: aborter.signal, onProgress: () => {} });
    aborter.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
  });

  it('works on one job at a time, in order, and goes on after a failure', async () => {
    const queue = new MediaQueue();
    const log: string[] = [];
    const work =
      (name: string, fails = false) =>
      async (): Promise<void> => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
        if (fails) throw new Error(name);
      };
    const first = queue.add('a', work('a', true));
    void queue.add('b', work('b'));
    expect(queue.has('b')).toBe(true);
    await expect(first).rejects.toThrow('a');
    await queue.idle();
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(queue.has('b')).toBe(false);
  });
});

describe('recognising files', () => {
  it('goes by content, never by name', async () => {
    expect(await sniffFile(fixture('flag.png'))).toEqual({ kind: 'image' });
    expect(await sniffFile(fixture('sideways.jpg'))).toEqual({ kind: 'image' });
    expect(await sniffFile(fixture('upright.mp4'))).toEqual({ kind: 'video', container: 'mp4' });
    expect(await sniffFile(fixture('vp9.webm'))).toEqual({ kind: 'video', container: 'matroska' });
  });

  it.each([
    '<?xml version="1.0"?>\n<!-- long -->\n<svg:svg xmlns:svg="x">',
    '\uFEFF  <SVG>',
    '<!DOCTYPE svg><svg onload="x">',
  ])('refuses SVG: %s', (text) => {
    expect(() => sniff(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'svg_not_allowed' }));
  });

  it.each(['#EXTM3U\nfile:///etc/passwd', 'ffconcat version 1.0\nfile /etc/passwd', '<html></html>', 'PK\u0003\u0004'])(
    'refuses what a decoder might follow elsewhere: %s',
    (text) => {
      expect(() => sniff(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'file_unrecognized' }));
    },
  );
});

describe('geometry', () => {
  const still = { quarters: 0, mirrored: false } as const;
  const rate = { num: 25, den: 1 };
  const sizeOf = (...args: Parameters<typeof geometryOf>): [number, number] => {
    const { width, height } = geometryOf(...args);
    return [width, height];
  };

  it('fits into Full HD either way up, with even sides, and never enlarges', () => {
    expect(sizeOf(3840, 2160, 1, still, rate)).toEqual([1920, 1080]);
    expect(sizeOf(2160, 3840, 1, still, rate)).toEqual([1080, 1920]);
    expect(sizeOf(2000, 2000, 1, still, rate)).toEqual([1080, 1080]);
    expect(sizeOf(641, 321, 1, still, rate)).toEqual([642, 322]);
    expect(sizeOf(1, 1, 1, still, rate)).toEqual([2, 2]);
    expect(sizeOf(3840, 2160, 1, { quarters: 1, mirrored: false }, rate)).toEqual([1080, 1920]);
    // DVD, 16:9: 720×576 with pixels that are wider than high.
    expect(sizeOf(720, 576, 64 / 45, still, rate)).toEqual([1024, 576]);
  });

  it('keeps usual rates and halves double ones', () => {
    const zero = { num: 0, den: 1 };
    expect(targetRate({ num: 30_000, den: 1001 }, zero)).toEqual({ num: 30_000, den: 1001 });
    expect(targetRate({ num: 60, den: 1 }, zero)).toEqual({ num: 30, den: 1 });
    expect(targetRate({ num: 50, den: 1 }, zero)).toEqual({ num: 25, den: 1 });
    expect(targetRate({ num: 60_000, den: 1001 }, zero)).toEqual({ num: 30_000, den: 1001 });
    expect(targetRate({ num: 240, den: 1 }, zero)).toEqual({ num: 30, den: 1 });
    expect(targetRate(zero, zero)).toEqual({ num: 25, den: 1 });
    expect(targetRate({ num: 1, den: 2 }, zero)).toEqual({ num: 5, den: 1 });
  });

  it('reads the display matrix as FFmpeg does', () => {
    const matrix = (...values: number[]): Uint8Array => {
      const view = new DataView(new ArrayBuffer(36));
      values.forEach((value, i) => view.setInt32(i * 4, value * 65_536, true));
      return new Uint8Array(view.buffer);
    };
    expect(turnOf(null)).toEqual(still);
    expect(turnOf(matrix(1, 0, 0, 0, 1))).toEqual(still);
    expect(turnOf(matrix(0, 1, 0, -1, 0))).toEqual({ quarters: 1, mirrored: false });
    expect(turnOf(matrix(-1, 0, 0, 0, -1))).toEqual({ quarters: 2, mirrored: false });
    expect(turnOf(matrix(0, -1, 0, 1, 0))).toEqual({ quarters: 3, mirrored: false });
    expect(turnOf(matrix(1, 0, 0, 0, -1))).toEqual({ quarters: 0, mirrored: true });
  });
});
