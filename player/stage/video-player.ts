/** Drives one video element for a scene. The slot's length decides when it ends, never the video. */
import { faults } from '../../shared/faults/table.ts';
import { SceneError } from './failure.ts';
import type { SceneMedia } from './layer.svelte.ts';
import { delay, once, within } from './waiting.ts';

/** Longest wait for the file's header and first frame, ms. */
const LOAD_LIMIT_MS = 15_000;
/** Longest wait for the first moving frame, ms: meanwhile the glass stands still. */
const START_LIMIT_MS = 3_000;
/** Longest time without a new frame while playing, ms. */
const STALL_LIMIT_MS = faults.decode_stalled.afterMs;
/** With less of the slot left than this, ms, a video that ended rests on its last frame instead of beginning again. */
const REST_MS = 1_000;
/** The smallest correction worth a seek when a running scene is shown, ms. */
const SEEK_TOLERANCE_MS = 1_000;

/**
 * Where in a video of `videoMs` to be, `offsetMs` into a slot of `slotMs`, in ms: a video shorter than its slot
 * repeats, but does not begin once more just before the slot ends.
 */
export function videoPosition(offsetMs: number, videoMs: number, slotMs: number): number {
  if (!Number.isFinite(videoMs) || videoMs <= 0) return 0;
  const round = Math.floor(offsetMs / videoMs);
  const lastFrame = Math.max(0, videoMs - 40);
  if (round === 0) return Math.min(offsetMs, lastFrame);
  return repeats(round, videoMs, slotMs) ? Math.min(offsetMs - round * videoMs, lastFrame) : lastFrame;
}

/** Whether the video begins for another time after `round` full ones. */
function repeats(round: number, videoMs: number, slotMs: number): boolean {
  return videoMs >= REST_MS && slotMs - round * videoMs > REST_MS;
}

export interface VideoOptions {
  readonly url: string;
  readonly muted: boolean;
  readonly paused: boolean;
  readonly slotMs: number;
  /** How far into the slot it will begin, ms. */
  readonly offsetMs: number;
}

export class VideoPlayer implements SceneMedia {
  readonly moves = true;
  readonly #video: HTMLVideoElement;
  readonly #options: VideoOptions;
  #startedAt: number | null = null;
  #offsetMs = 0;
  #frames = -1;
  #movedAt = 0;

  constructor(video: HTMLVideoElement, options: VideoOptions) {
    this.#video = video;
    this.#options = options;
    video.addEventListener('ended', this.#onEnded);
  }

  async ready(): Promise<void> {
    const video = this.#video;
    video.muted = this.#options.muted || this.#options.paused;
    video.preload = 'auto';
    video.src = this.#options.url;
    const loaded = this.#until(() => video.readyState >= HTMLMediaElement.HAVE_METADATA, 'loadedmetadata');
    await within(loaded, LOAD_LIMIT_MS, 'decode_stalled', 'No video header in time');
    const position = videoPosition(this.#options.offsetMs, video.duration * 1000, this.#options.slotMs);
    if (position > 0) video.currentTime = position / 1000;
    const hasFrame = () => !video.seeking && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    const decoded = this.#until(hasFrame, 'loadeddata', 'seeked', 'canplay');
    await within(decoded, LOAD_LIMIT_MS, 'decode_stalled', 'No first frame in time');
    const buffered = () => hasFrame() && video.readyState >= HTMLMediaElement.HAVE_ENOUGH_DATA;
    await Promise.race([this.#until(buffered, 'canplaythrough'), delay(1500)]);
    if (video.error !== null) throw mediaError(video.error);
    // Sound alone: there is no picture in the file, or none that this browser decodes (such as HEVC).
    if (video.videoWidth === 0) throw new SceneError('asset_unreadable', 'No picture that can be decoded');
  }

  async start(offsetMs: number): Promise<void> {
    const video = this.#video;
    this.#offsetMs = offsetMs;
    this.#startedAt = performance.now();
    this.#movedAt = performance.now();
    const position = videoPosition(offsetMs, video.duration * 1000, this.#options.slotMs);
    const off = Math.abs(video.currentTime * 1000 - position);
    if (off > (this.#options.paused ? 20 : SEEK_TOLERANCE_MS)) video.currentTime = position / 1000;
    if (this.#options.paused) {
      if (video.seeking) await within(once(video, 'seeked', 'error'), LOAD_LIMIT_MS, 'decode_stalled', 'Seek stalled');
      return;
    }
    const frame = new Promise<void>((resolve) => video.requestVideoFrameCallback(() => resolve()));
    await this.#play();
    const moved = Promise.race([frame, once(video, 'ended'), this.#until(() => false, 'error')]);
    await within(moved, START_LIMIT_MS, 'decode_stalled', 'No frame after the start');
  }

  check(now: number): void {
    const video = this.#video;
    if (video.error !== null) throw mediaError(video.error);
    if (this.#startedAt === null || this.#options.paused || video.ended || video.paused) return;
    const frames = video.getVideoPlaybackQuality().totalVideoFrames;
    if (frames !== this.#frames) {
      this.#frames = frames;
      this.#movedAt = now;
    } else if (now - this.#movedAt > STALL_LIMIT_MS) {
      this.#movedAt = now;
      throw new SceneError('decode_stalled', `No new frame for ${STALL_LIMIT_MS} ms`);
    }
  }

  /** Lets go of file, decoder and memory. */
  stop(): void {
    this.#video.removeEventListener('ended', this.#onEnded);
    this.#video.pause();
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  async #play(): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') throw this.#failure(error);
      // A browser that refuses sound without a click still plays the picture.
      this.#video.muted = true;
      await this.#video.play().catch((again: unknown) => {
        throw this.#failure(again);
      });
    }
  }

  readonly #onEnded = () => {
    if (this.#startedAt === null) return;
    const videoMs = this.#video.duration * 1000;
    const elapsed = this.#offsetMs + performance.now() - this.#startedAt;
    if (!repeats(Math.max(1, Math.round(elapsed / videoMs)), videoMs, this.#options.slotMs)) return;
    this.#video.currentTime = 0;
    this.#video.play().catch(() => undefined);
  };

  /** Resolves when the condition holds, looked at now and at each of the events. @throws SceneError when the file is bad */
  async #until(holds: () => boolean, ...events: string[]): Promise<void> {
    while (!holds()) {
      if (this.#video.error !== null) throw mediaError(this.#video.error);
      await once(this.#video, 'error', 'emptied', ...events);
      if (!this.#video.hasAttribute('src')) throw new SceneError('asset_unreadable', 'Given up');
    }
  }

  #failure(error: unknown): SceneError {
    return this.#video.error === null
      ? new SceneError('decode_stalled', String(error), error)
      : mediaError(this.#video.error);
  }
}

function mediaError({ code, message }: MediaError): SceneError {
  return new SceneError('asset_unreadable', `Media error ${code}: ${message}`);
}
