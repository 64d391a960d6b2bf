/**
 * node scripts/sample-media/make.ts [name …]
 *
 * Draws the sample province's pictures and videos into cms/server/demo/media/, where they are kept: a machine that starts the CMS
 * needs neither a browser nor fonts for them. Run by hand after a change to drawings.ts.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Demuxer, Decoder, Encoder, FilterAPI, Muxer } from 'node-av/api';
import { FF_ENCODER_LIBX264 } from 'node-av/constants';
import { FFmpegError, Rational } from 'node-av/lib';
import { chromium, type Page } from 'playwright';
import sharp from 'sharp';
import { findBrowser } from '../lib/browser.ts';
import { repoRoot } from '../lib/paths.ts';
import { drawings, type Drawing } from './drawings.ts';

const target = join(repoRoot, 'cms/server/demo/media');
const fonts = join(repoRoot, 'node_modules/@fontsource/be-vietnam-pro/files');
const FRAMES_PER_SECOND = 25;

async function fontFaces(): Promise<string> {
  const faces = ['latin', 'latin-ext', 'vietnamese'].flatMap((subset) =>
    [500, 700].map((weight) => ({ subset, weight })),
  );
  const ranges: Record<string, string> = {
    latin: 'U+0000-00FF,U+2013,U+2014,U+2019,U+201C,U+201D,U+2026',
    'latin-ext': 'U+0100-0101,U+0104-0109,U+010C-010F',
    vietnamese:
      'U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB',
  };
  const rules = faces.map(async ({ subset, weight }) => {
    const bytes = await readFile(join(fonts, `be-vietnam-pro-${subset}-${weight}-normal.woff2`));
    return `@font-face{font-family:S;font-weight:${weight};unicode-range:${ranges[subset]};src:url(data:font/woff2;base64,${bytes.toString('base64')})}`;
  });
  return (await Promise.all(rules)).join('');
}

async function show(page: Page, { width, height, draw }: Drawing, t: number): Promise<Buffer> {
  await page.evaluate(
    (svg) => {
      document.body.innerHTML = svg;
      return document.fonts.ready.then(() => undefined);
    },
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="S">${draw(t)}</svg>`,
  );
  return page.screenshot({ type: 'png' });
}

/** Planar 4:2:0 of one picture, BT.601 limited range: what a Y4M frame holds. */
async function toYuv(png: Buffer, width: number, height: number): Promise<Buffer> {
  const rgb = await sharp(png).removeAlpha().raw().toBuffer();
  const half = await sharp(png)
    .removeAlpha()
    .resize(width / 2, height / 2, { kernel: 'linear' })
    .raw()
    .toBuffer();
  const out = Buffer.alloc((width * height * 3) / 2);
  for (let i = 0; i < width * height; i++)
    out[i] = 16 + (65.738 * rgb[i * 3]! + 129.057 * rgb[i * 3 + 1]! + 25.064 * rgb[i * 3 + 2]!) / 256;
  const quarter = (width * height) / 4;
  for (let i = 0; i < quarter; i++) {
    const [r, g, b] = [half[i * 3]!, half[i * 3 + 1]!, half[i * 3 + 2]!];
    out[width * height + i] = 128 + (-37.945 * r - 74.494 * g + 112.439 * b) / 256;
    out[width * height + quarter + i] = 128 + (112.439 * r - 94.154 * g - 18.285 * b) / 256;
  }
  return out;
}

/** H.264 in MP4 from a Y4M file. */
function encode(source: string, file: string): void {
  using input = Demuxer.openSync(source, { format: 'yuv4mpegpipe' });
  const stream = input.streams[0]!;
  using decoder = Decoder.createSync(stream);
  using filter = FilterAPI.create('format=yuv420p');
  using output = Muxer.openSync(file, { format: 'mp4', options: { movflags: '+faststart' } });
  using encoder = Encoder.createSync(FF_ENCODER_LIBX264, {
    configure: (codec) => {
      for (const [name, value] of [
        ['preset', 'slow'],
        ['crf', '27'],
      ] as const)
        FFmpegError.throwIfError(codec.setOption(name, value), name);
    },
    context: { framerate: new Rational(FRAMES_PER_SECOND, 1) },
  });
  const index = output.addStream(encoder);
  const write = (packets: Iterable<Parameters<Muxer['writePacketSync']>[0]>): void => {
    for (const packet of packets) output.writePacketSync(packet, index);
  };
  for (const packet of input.packetsSync()) {
    if (packet === null) break;
    for (const frame of decoder.decodeAllSync(packet))
      for (const shaped of filter.processAllSync(frame)) write(encoder.encodeAllSync(shaped));
  }
  for (const frame of decoder.flushFramesSync())
    for (const shaped of filter.processAllSync(frame)) write(encoder.encodeAllSync(shaped));
  write(encoder.flushPacketsSync());
  output.closeSync();
}

async function makeVideo(page: Page, drawing: Drawing, seconds: number, folder: string): Promise<void> {
  const { width, height } = drawing;
  const count = seconds * FRAMES_PER_SECOND;
  const pieces: Buffer[] = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n`)];
  for (let i = 0; i < count; i++)
    pieces.push(Buffer.from('FRAME\n'), await toYuv(await show(page, drawing, i / count), width, height));
  const raw = join(folder, `${drawing.name}.y4m`);
  await writeFile(raw, Buffer.concat(pieces));
  encode(raw, join(target, drawing.name));
}

const wanted = process.argv.slice(2);
const executablePath = findBrowser();
if (executablePath === null) throw new Error('No Chromium was found');
const folder = await mkdtemp(join(tmpdir(), 'bang-tin-sample-'));
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
try {
  const faces = await fontFaces();
  for (const drawing of drawings) {
    if (wanted.length > 0 && !wanted.includes(drawing.name)) continue;
    const page = await browser.newPage({ viewport: { width: drawing.width, height: drawing.height } });
    await page.setContent(`<style>${faces}body{margin:0}svg{display:block}</style>`);
    // Text makes the browser load a font; the first picture would come before it.
    await show(page, drawing, 0.9);
    if (drawing.seconds === null) {
      await sharp(await show(page, drawing, 0))
        .webp({ quality: 86 })
        .toFile(join(target, drawing.name));
    } else await makeVideo(page, drawing, drawing.seconds, folder);
    await page.close();
    console.log(drawing.name);
  }
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
