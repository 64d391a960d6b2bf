/**
 * The two tracks of a video on their way from packets to packets (media-video.ts puts them together). A gap in the times of either is
 * filled here, and filling costs memory: what FFmpeg fills, it fills in one call. So a gap is limited, and filled a second at a time.
 */
import { Decoder, Encoder, FilterAPI, type Muxer } from 'node-av/api';
import { AV_NOPTS_VALUE, AV_PKT_DATA_DISPLAYMATRIX, FF_ENCODER_AAC, FF_ENCODER_LIBX264 } from 'node-av/constants';
import { FFmpegError, Rational, type Frame, type Packet, type Stream } from 'node-av/lib';
import { MediaError } from './media-errors.ts';
import { geometryOf, targetRate, turnOf, type Bounds, type Geometry, type Rate } from './media-geometry.ts';
import { poster } from './media-image.ts';
import { maxRateOf } from './media-ladder.ts';

/** Longest time without a new picture, ms. */
const maxPictureGapMs = 10_000;
/** Longest time without sound between two pieces of it, ms: FFmpeg fills it with silence, 400 kB a second. */
const maxSoundGapMs = 60_000;

const x264Options = [
  ['preset', 'veryfast'],
  ['crf', '21'],
  ['profile', 'high'],
  ['level', '4.1'],
] as const;

/** Decodes, filters and encodes the pictures. */
export class PictureTrack implements Disposable {
  /** Where the last decoded picture ends, ms from the stream's start. */
  endMs = 0;
  /** Pictures written. */
  shown = 0;
  readonly #video: Stream;
  readonly #output: Muxer;
  readonly #decoder: Decoder;
  readonly #rate: Rate;
  readonly #posterAt: number;
  readonly #bounds: Bounds;
  #geometry: Geometry | null = null;
  #filter: FilterAPI | null = null;
  readonly #encoder: Encoder;
  readonly #index: number;
  /** The latest picture, for a gap behind it. */
  #last: Frame | null = null;
  #poster: { data: Buffer; width: number; height: number } | null = null;

  constructor(video: Stream, output: Muxer, declaredMs: number, bounds: Bounds) {
    this.#video = video;
    this.#bounds = bounds;
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
        rcMaxRate: maxRateOf(bounds.long),
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
    if (!this.#filter || !this.#last) return;
    this.#fill(this.#last.pts + this.#last.duration);
    this.#filtered([...this.#filter.flushFramesSync()]);
    this.#write([...this.#encoder.flushPacketsSync()]);
  }

  #decoded(frames: Frame[]): void {
    for (const frame of frames) {
      using held = frame;
      this.endMs = Math.max(this.endMs, msOf(held.pts + held.duration, held));
      this.#filter ??= this.#open(held);
      if (held.pts !== AV_NOPTS_VALUE) {
        this.#fill(held.pts);
        this.#keepLast(held);
      }
      this.#process(held);
    }
  }

  /**
   * Shows the latest picture on until `until` (in its own time base). One call to the filter would make all those copies at once.
   * @throws MediaError `video_gap`
   */
  #fill(until: bigint): void {
    const last = this.#last;
    if (!last) return;
    const gapMs = msOf(until - last.pts, last);
    if (gapMs > maxPictureGapMs)
      throw new MediaError('video_gap', `This video has no new picture for ${Math.round(gapMs)} ms`, {
        params: { atMs: Math.round(msOf(last.pts, last)), gapMs: Math.round(gapMs) },
      });
    const second = secondOf(last);
    for (let at = last.pts + second; at < until; at += second) {
      using copy = last.clone();
      if (!copy) throw new Error('No memory for a picture');
      copy.pts = at;
      copy.duration = until - at;
      this.#process(copy);
    }
  }

  #keepLast(frame: Frame): void {
    // What goes back in time fills nothing: the filter drops it.
    if (this.#last && frame.pts <= this.#last.pts) return;
    this.#last?.free();
    this.#last = frame.clone();
  }

  #process(frame: Frame): void {
    // The filter shows the last picture for as long as it says: `finish` sees to that.
    const second = secondOf(frame);
    if (frame.duration > second) frame.duration = second;
    this.#filtered(this.#filter?.processAllSync(frame) ?? []);
  }

  #open(first: Frame): FilterAPI {
    const sar =
      first.sampleAspectRatio.num > 0 && first.sampleAspectRatio.den > 0
        ? first.sampleAspectRatio.num / first.sampleAspectRatio.den
        : 1;
    this.#geometry = geometryOf(
      first.width,
      first.height,
      sar,
      turnOf(this.#video.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)),
      this.#rate,
      this.#bounds,
    );
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

  async poster(): Promise<{ data: Buffer; width: number; height: number }> {
    if (!this.#poster) throw new MediaError('video_unreadable', 'No picture for the poster');
    return poster(this.#poster.data, { width: this.#poster.width, height: this.#poster.height, channels: 3 });
  }

  [Symbol.dispose](): void {
    this.#last?.free();
    this.#encoder.close();
    this.#filter?.close();
    this.#decoder.close();
  }
}

/** Decodes and encodes the first sound track. */
export class SoundTrack implements Disposable {
  readonly #decoder: Decoder;
  readonly #encoder: Encoder;
  readonly #filter: FilterAPI;
  readonly #output: Muxer;
  readonly #index: number;
  /** Pieces of sound decoded. */
  heard = 0;
  /** Where the sound has come to, ms; null before its first piece. */
  #reachedMs: number | null = null;

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
      this.#assertNoGap(held);
      this.#filtered(this.#filter.processAllSync(held));
    }
  }

  /** @throws Error: the video goes on without its sound */
  #assertNoGap(frame: Frame): void {
    if (frame.pts === AV_NOPTS_VALUE) return;
    const atMs = msOf(frame.pts, frame);
    if (this.#reachedMs !== null && atMs - this.#reachedMs > maxSoundGapMs) throw new Error('The sound has a gap');
    this.#reachedMs = Math.max(this.#reachedMs ?? atMs, atMs);
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

function msOf(time: bigint, frame: Frame): number {
  const { num, den } = frame.timeBase;
  return den > 0 ? (Number(time) * num * 1000) / den : 0;
}

/** A second in the frame's time base. */
function secondOf(frame: Frame): bigint {
  const { num, den } = frame.timeBase;
  return BigInt(Math.max(1, num > 0 ? Math.round(den / num) : 1));
}
