/**
 * Makes of any video the one form that every board plays: H.264 High in MP4 with its index in front, 8-bit 4:2:0, a constant rate of
 * at most 30 pictures a second, upright, at most 1920×1080 (or 1080×1920), the first sound track as stereo AAC (boards are mute unless
 * a notice says otherwise). Every video is decoded and encoded anew, also one that would fit: so what a file says of itself is never
 * believed, and boards meet one form only.
 *
 * Runs in the media child process (media-child.ts), where blocking the event loop hurts nobody: hence the synchronous calls.
 */
import { setImmediate } from 'node:timers/promises';
import { Decoder, Demuxer, Encoder, FilterAPI, Muxer } from 'node-av/api';
import { AV_DISPOSITION_ATTACHED_PIC, AV_PKT_DATA_DISPLAYMATRIX, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO, AV_LOG_QUIET, FF_ENCODER_AAC, FF_ENCODER_LIBX264 } from 'node-av/constants';
import { FFmpegError, Log, Rational, type Frame, type Packet, type Stream } from 'node-av/lib';
import { MediaError, isStorageFull } from './media-errors.ts';
import { poster } from './media-image.ts';
import { assertWholeMp4 } from './media-mp4.ts';
import type { VideoContainer } from './media-sniff.ts';
import { geometryOf, targetRate, turnOf, type Geometry, type Rate } from './media-geometry.ts';

/** Longest video taken, ms: two hours. A notice is minutes; what is longer is a mistake or a film. */
export const maxVideoMs = 2 * 3_600_000;
/** Largest picture that is decoded at all, px: 8K. */
const maxSourcePixels = 8192 * 4320;
/** A video may lack this much of the length that it declares, ms and share, before it counts as cut off. */
const lackAllowedMs = 1000;
const lackAllowedShare = 0.05;

/** FFmpeg's demuxer for each container: named, so that its own guess never opens a playlist or a network address. */
const demuxers: Record<VideoContainer, string> = { mp4: 'mov', matroska: 'matroska', avi: 'avi', mpegts: 'mpegts', mpegps: 'mpeg', flv: 'flv', asf: 'asf' };

const x264Options = [
  ['preset', 'veryfast'],
  ['crf', '21'],
  ['profile', 'high'],
  ['level', '4.1'],
] as const;

export interface VideoRendition {
  readonly width: number;
  readonly height: number;
  /** Of the pictures really decoded and encoded. */
  readonly durationMs: number;
  readonly poster: { readonly data: Buffer; readonly width: number; readonly height: number };
}

/**
 * Transcodes `source` into `target` (a path for a new file).
 * @param progress called with 0 to 1
 * @throws MediaError `video_unreadable`, `video_truncated`, `too_large`, `storage_full`
 */
export async function transcodeVideo(source: string, container: VideoContainer, target: string, progress: (share: number) => void): Promise<VideoRendition> {
  // What FFmpeg says on stderr of a damaged file is thousands of lines; what counts is thrown.
  Log.setLevel(AV_LOG_QUIET);
  try {
    return await transcode(source, container, target, true, progress).catch((error: unknown) => {
      // Boards are mute by default: sound that cannot be decoded costs the sound, not the video.
      if (error instanceof MediaError || isStorageFull(error)) throw error;
      return transcode(source, container, target, false, progress);
    });
  } catch (error) {
    if (error instanceof MediaError) throw error;
    if (isStorageFull(error)) throw new MediaError('storage_full', 'The disk is full', { cause: error });
    throw new MediaError('video_unreadable', `This video cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function transcode(source: string, container: VideoContainer, target: string, withSound: boolean, progress: (share: number) => void): Promise<VideoRendition> {
  using input = Demuxer.openSync(source, { format: demuxers[container], options: { protocol_whitelist: 'file' } });
  const video = input.streams.find((s) => s.codecpar.codecType === AVMEDIA_TYPE_VIDEO && (s.disposition & AV_DISPOSITION_ATTACHED_PIC) === 0);
  if (!video) throw new MediaError('video_unreadable', 'This file holds no moving picture');
  const { width, height } = video.codecpar;
  if (width * height > maxSourcePixels) throw new MediaError('too_large', `A video of ${width}×${height} pixels is too large`);
  const declaredMs = Math.max(declaredOf(video), 0) || input.duration * 1000;
  if (declaredMs > maxVideoMs) throw new MediaError('too_large', 'A video may last two hours at most');

  // Sound and pictures wait for each other before the header; a late sound track must not be an error.
  using output = Muxer.openSync(target, { format: 'mp4', options: { movflags: '+faststart' }, maxMuxingQueueSize: 10_000 });
  using pictures = new PictureTrack(video, output, declaredMs);
  const audio = withSound ? input.streams.find((s) => s.codecpar.codecType === AVMEDIA_TYPE_AUDIO) : undefined;
  using sound = audio ? new SoundTrack(audio, output) : null;

  let furthestMs = 0;
  let count = 0;
  for (const packet of input.packetsSync()) {
    if (packet === null) break;
    using held = packet;
    furthestMs = Math.max(furthestMs, endOf(held));
    if (held.streamIndex === video.index) {
      pictures.take(held);
      if (pictures.endMs > maxVideoMs) throw new MediaError('too_large', 'A video may last two hours at most');
    } else if (sound && held.streamIndex === audio?.index) sound.take(held);
    // Lets messages out, and the watching parent see that it lives.
    if (++count % 50 === 0) {
      progress(declaredMs > 0 ? Math.min(0.99, pictures.endMs / declaredMs) : 0);
      await setImmediate();
    }
  }
  pictures.finish();
  sound?.finish();
  if (sound && sound.heard === 0 && pictures.shown > 0) throw new Error('The sound track is empty');
  if (pictures.shown === 0) throw new MediaError('video_unreadable', 'Not one picture of this video can be decoded');
  // A container that gives no length for the pictures alone (Matroska) may be as long as its sound.
  const reachedMs = declaredOf(video) > 0 ? pictures.endMs : Math.max(pictures.endMs, furthestMs);
  if (declaredMs - reachedMs > Math.max(lackAllowedMs, declaredMs * lackAllowedShare))
    throw new MediaError('video_truncated', `This video says it lasts ${Math.round(declaredMs)} ms but ends after ${Math.round(reachedMs)} ms`, {
      params: { declaredMs: Math.round(declaredMs), foundMs: Math.round(reachedMs) },
    });
  output.closeSync();
  await assertWholeMp4(target);
  progress(1);
  return { ...pictures.size, durationMs: pictures.outputMs, poster: await pictures.poster() };
}

/** What the stream itself says it lasts, ms; 0 when it says nothing. */
function declaredOf(stream: Stream): number {
  const { num, den } = stream.timeBase;
  return stream.duration > 0n && den > 0 ? (Number(stream.duration) * num * 1000) / den : 0;
}

function endOf(packet: Packet): number {
  const { num, den } = packet.timeBase;
  return den > 0 ? (Number(packet.pts + packet.duration) * num * 1000) / den : 0;
}

/** Decodes, filters and encodes the pictures. */
class PictureTrack implements Disposable {
  /** Where the last decoded picture ends, ms from the stream's start. */
  endMs = 0;
  /** Pictures written. */
  shown = 0;
  readonly #video: Stream;
  readonly #output: Muxer;
  readonly #decoder: Decoder;
  readonly #rate: Rate;
  readonly #posterAt: number;
  #geometry: Geometry | null = null;
  #filter: FilterAPI | null = null;
  readonly #encoder: Encoder;
  readonly #index: number;
  #poster: { data: Buffer; width: number; height: number } | null = null;

  constructor(video: Stream, output: Muxer, declaredMs: number) {
    this.#video = video;
    this.#output = output;
    this.#rate = targetRate(video.avgFrameRate, video.rFrameRate);
    // A second in, or the middle of what is shorter: the first picture is often black.
    this.#posterAt = Math.floor((Math.min(1000, declaredMs / 2) * this.#rate.num) / this.#rate.den / 1000);
    this.#decoder = Decoder.createSync(video, { exitOnError: false, context: { threadCount: 2 } });
    const { num, den } = this.#rate;
    this.#encoder = Encoder.createSync(FF_ENCODER_LIBX264, {
      // Set one by one: node-av 6.1.1 frees a dictionary of `options` twice when the encoder is collected, and the process dies.
      configure: (codec) => {
        for (const [name, value] of x264Options) FFmpegError.throwIfError(codec.setOption(name, value), name);
      },
      context: {
        framerate: new Rational(num, den),
        rcMaxRate: '8M',
        rcBufferSize: '12M',
        // A key picture every two seconds: a restart lands in the middle of a video.
        gopSize: Math.round((2 * num) / den),
        threadCount: 2,
      },
    });
    this.#index = output.addStream(this.#encoder);
  }

  get size(): { width: number; height: number } {
    return { width: this.#geometry?.width ?? 0, height: this.#geometry?.height ?? 0 };
  }

  get outputMs(): number {
    return Math.round((this.shown * 1000 * this.#rate.den) / this.#rate.num);
  }

  take(packet: Packet): void {
    this.#decoded(this.#decoder.decodeAllSync(packet));
  }

  finish(): void {
    this.#decoded([...this.#decoder.flushFramesSync()]);
    if (!this.#filter) return;
    this.#filtered([...this.#filter.flushFramesSync()]);
    this.#write([...this.#encoder.flushPacketsSync()]);
  }

  #decoded(frames: Frame[]): void {
    for (const frame of frames) {
      using held = frame;
      const { num, den } = held.timeBase;
      if (den > 0) this.endMs = Math.max(this.endMs, (Number(held.pts + held.duration) * num * 1000) / den);
      this.#filter ??= this.#open(held);
      this.#filtered(this.#filter.processAllSync(held));
    }
  }

  #open(first: Frame): FilterAPI {
    const sar = first.sampleAspectRatio.num > 0 && first.sampleAspectRatio.den > 0 ? first.sampleAspectRatio.num / first.sampleAspectRatio.den : 1;
    this.#geometry = geometryOf(first.width, first.height, sar, turnOf(this.#video.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)), this.#rate);
    return FilterAPI.create(this.#geometry.filter, { graph: { nbThreads: 2 } });
  }

  #filtered(frames: Frame[]): void {
    for (const frame of frames) {
      using held = frame;
      if (this.shown === 0 || this.shown === this.#posterAt) this.#keepPoster(held);
      this.#write(this.#encoder.encodeAllSync(held));
      this.shown++;
    }
  }

  #write(packets: Packet[]): void {
    for (const packet of packets) {
      using held = packet;
      this.#output.writePacketSync(held, this.#index);
    }
  }

  #keepPoster(frame: Frame): void {
    using toRgb = FilterAPI.create('format=rgb24');
    for (const picture of [...toRgb.processAllSync(frame), ...toRgb.flushFramesSync()]) {
      using held = picture;
      this.#poster = { data: held.toBuffer(), width: held.width, height: held.height };
    }
  }

  async poster(): Promise<VideoRendition['poster']> {
    if (!this.#poster) throw new MediaError('video_unreadable', 'No picture for the poster');
    return poster(this.#poster.data, { width: this.#poster.width, height: this.#poster.height, channels: 3 });
  }

  [Symbol.dispose](): void {
    this.#encoder.close();
    this.#filter?.close();
    this.#decoder.close();
  }
}

/** Decodes and encodes the first sound track. */
class SoundTrack implements Disposable {
  readonly #decoder: Decoder;
  readonly #encoder: Encoder;
  readonly #filter: FilterAPI;
  readonly #output: Muxer;
  readonly #index: number;
  /** Pieces of sound decoded. */
  heard = 0;

  constructor(audio: Stream, output: Muxer) {
    this.#output = output;
    this.#decoder = Decoder.createSync(audio, { exitOnError: false, context: { threadCount: 1 } });
    this.#filter = FilterAPI.create('aresample=48000:async=1000,aformat=sample_fmts=fltp:channel_layouts=stereo');
    this.#encoder = Encoder.createSync(FF_ENCODER_AAC, { context: { bitRate: '128k' } });
    this.#index = output.addStream(this.#encoder);
  }

  take(packet: Packet): void {
    this.#decoded(this.#decoder.decodeAllSync(packet));
  }

  finish(): void {
    this.#decoded([...this.#decoder.flushFramesSync()]);
    this.#filtered([...this.#filter.flushFramesSync()]);
    this.#write([...this.#encoder.flushPacketsSync()]);
  }

  #decoded(frames: Frame[]): void {
    for (const frame of frames) {
      using held = frame;
      this.heard++;
      this.#filtered(this.#filter.processAllSync(held));
    }
  }

  #filtered(frames: Frame[]): void {
    for (const frame of frames) {
      using held = frame;
      this.#write(this.#encoder.encodeAllSync(held));
    }
  }

  #write(packets: Packet[]): void {
    for (const packet of packets) {
      using held = packet;
      this.#output.writePacketSync(held, this.#index);
    }
  }

  [Symbol.dispose](): void {
    this.#encoder.close();
    this.#filter.close();
    this.#decoder.close();
  }
}
