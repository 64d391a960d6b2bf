/**
 * Pictures and lossless clips that say in every line which item and which frame they are: sixteen cells across, four for the item, seven for the
 * frame, five to check. Neither black, white nor any plain colour can be read as one.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decoder, Demuxer, Encoder, FilterAPI, Muxer } from 'node-av/api';
import { FF_ENCODER_LIBVPX_VP9 } from 'node-av/constants';
import { FFmpegError, Rational } from 'node-av/lib';
import sharp from 'sharp';

export const cells = 16;
/** Frames a second of every clip. */
export const clipRate = 30;
/** Items and frames that can be told apart. */
export const mostItems = 16;
export const mostFrames = 128;

export interface Mark {
  readonly item: number;
  /** 0 in a picture that stands. */
  readonly frame: number;
}

const check = ({ item, frame }: Mark): number => 1 + ((item * 7 + frame * 3 + 5) % 30);

function bitsOf(mark: Mark): boolean[] {
  if (mark.item >= mostItems || mark.frame >= mostFrames) throw new RangeError(`No cells for ${JSON.stringify(mark)}`);
  const word = (mark.item << 12) | (mark.frame << 5) | check(mark);
  return Array.from({ length: cells }, (_, n) => ((word >> (cells - 1 - n)) & 1) === 1);
}

/** What sixteen cells say, by their brightness, 0 to 255; null: no mark. */
export function readMark(brightness: readonly number[]): Mark | null {
  let word = 0;
  for (const value of brightness) {
    const bit = value >= 150 && value <= 225 ? 1 : value >= 30 && value <= 95 ? 0 : null;
    if (bit === null) return null;
    word = (word << 1) | bit;
  }
  const mark = { item: word >> 12, frame: (word >> 5) & 127 };
  return brightness.length === cells && (word & 31) === check(mark) ? mark : null;
}

interface Size {
  /** A multiple of twice the cells. */
  readonly width: number;
  readonly height: number;
}

/** A PNG that stands. */
export function markedPicture(item: number, { width, height }: Size): Promise<Buffer> {
  const bits = bitsOf({ item, frame: 0 });
  const line = Buffer.alloc(width * 3);
  for (let x = 0; x < width; x++)
    line.set(bits[Math.floor((x * cells) / width)] ? [200, 190, 120] : [40, 60, 110], x * 3);
  const raw = Buffer.concat(Array.from({ length: height }, () => line));
  return sharp(raw, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A lossless clip (VP9 in WebM) of so many frames. */
export async function markedClip(item: number, frames: number, size: Size): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'bang-tin-clip-'));
  try {
    const [raw, file] = [join(folder, 'clip.y4m'), join(folder, 'clip.webm')];
    const head = `YUV4MPEG2 W${size.width} H${size.height} F${clipRate}:1 Ip A1:1 C420jpeg\n`;
    const pictures = Array.from({ length: frames }, (_, frame) => yuv({ item, frame }, size));
    await writeFile(
      raw,
      Buffer.concat([Buffer.from(head), ...pictures.flatMap((picture) => [Buffer.from('FRAME\n'), picture])]),
    );
    await encode(raw, file);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Planar 4:2:0, limited range. */
function yuv(mark: Mark, { width, height }: Size): Buffer {
  const bits = bitsOf(mark);
  const bit = (x: number, of: number): boolean => bits[Math.floor((x * cells) / of)]!;
  const line = (of: number, one: number, nought: number) =>
    Buffer.from(Array.from({ length: of }, (_, x) => (bit(x, of) ? one : nought)));
  const plane = (row: Buffer, count: number): Buffer[] => Array.from({ length: count }, () => row);
  return Buffer.concat([
    ...plane(line(width, 178, 66), height),
    ...plane(line(width / 2, 100, 150), height / 2),
    ...plane(line(width / 2, 138, 118), height / 2),
  ]);
}

async function encode(raw: string, file: string): Promise<void> {
  await using input = await Demuxer.open(raw, { format: 'yuv4mpegpipe' });
  await using output = await Muxer.open(file, { format: 'webm' });
  const decoder = await Decoder.create(input.streams[0]!);
  const encoder = await Encoder.create(FF_ENCODER_LIBVPX_VP9, {
    configure(codec) {
      for (const [name, value] of [
        ['lossless', '1'],
        ['deadline', 'realtime'],
        ['cpu-used', '8'],
      ] as const)
        FFmpegError.throwIfError(codec.setOption(name, value), name);
    },
    context: { gopSize: clipRate, framerate: new Rational(clipRate, 1) },
  });
  const index = output.addStream(encoder);
  const shaped = FilterAPI.create('format=yuv420p').frames(decoder.frames(input.packets()));
  for await (const packet of encoder.packets(shaped)) if (packet) await output.writePacket(packet, index);
  await output.close();
}
