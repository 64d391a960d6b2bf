/**
 * Makes of any video the one form that every board plays: H.264 High in MP4 with its index in front, 8-bit 4:2:0, a constant rate of
 * at most 30 pictures a second, upright, at most 1920×1080 (or 1080×1920), the first sound track as stereo AAC (boards are mute unless
 * a notice says otherwise). Every video is decoded and encoded anew, also one that would fit: so what a file says of itself is never
 * believed, and boards meet one form only.
 *
 * Runs in the media child process (media-child.ts), where blocking the event loop hurts nobody: hence the synchronous calls.
 */
import { setImmediate } from 'node:timers/promises';
import { Demuxer, Muxer } from 'node-av/api';
import { AV_DISPOSITION_ATTACHED_PIC, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO, AV_LOG_QUIET } from 'node-av/constants';
import { Log, type Packet, type Stream } from 'node-av/lib';
import { MediaError, isStorageFull } from './media-errors.ts';
import { videoBounds, type Bounds } from './media-geometry.ts';
import { assertWholeMp4 } from './media-mp4.ts';
import type { VideoContainer } from './media-sniff.ts';
import { PictureTrack, SoundTrack } from './media-tracks.ts';

/** Longest video taken, ms: two hours. A notice is minutes; what is longer is a mistake or a film. */
const maxVideoMs = 2 * 3_600_000;
/** Largest picture that is decoded at all, px: 8K. */
const maxSourcePixels = 8192 * 4320;
/** A video may lack this much of the length that it declares, ms and share, before it counts as cut off. */
const lackAllowedMs = 1000;
const lackAllowedShare = 0.05;

/** FFmpeg's demuxer for each container: named, so that its own guess never opens a playlist or a network address. */
const demuxers: Record<VideoContainer, string> = {
  mp4: 'mov',
  matroska: 'matroska',
  avi: 'avi',
  mpegts: 'mpegts',
  mpegps: 'mpeg',
  flv: 'flv',
  asf: 'asf',
};

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
 * @param bounds the largest that it may become
 * @throws MediaError `video_unreadable`, `video_truncated`, `video_gap`, `too_large`, `storage_full`
 */
export async function transcodeVideo(
  source: string,
  container: VideoContainer,
  target: string,
  progress: (share: number) => void,
  bounds: Bounds = videoBounds,
): Promise<VideoRendition> {
  // What FFmpeg says on stderr of a damaged file is thousands of lines; what counts is thrown.
  Log.setLevel(AV_LOG_QUIET);
  try {
    return await transcode(source, container, target, true, progress, bounds).catch((error: unknown) => {
      // Boards are mute by default: sound that cannot be decoded costs the sound, not the video.
      if (error instanceof MediaError || isStorageFull(error)) throw error;
      return transcode(source, container, target, false, progress, bounds);
    });
  } catch (error) {
    if (error instanceof MediaError) throw error;
    if (isStorageFull(error)) throw new MediaError('storage_full', 'The disk is full', { cause: error });
    throw new MediaError(
      'video_unreadable',
      `This video cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

async function transcode(
  source: string,
  container: VideoContainer,
  target: string,
  withSound: boolean,
  progress: (share: number) => void,
  bounds: Bounds,
): Promise<VideoRendition> {
  using input = Demuxer.openSync(source, { format: demuxers[container], options: { protocol_whitelist: 'file' } });
  const video = input.streams.find(
    (s) => s.codecpar.codecType === AVMEDIA_TYPE_VIDEO && (s.disposition & AV_DISPOSITION_ATTACHED_PIC) === 0,
  );
  if (!video) throw new MediaError('video_unreadable', 'This file holds no moving picture');
  const { width, height } = video.codecpar;
  if (width * height > maxSourcePixels)
    throw new MediaError('too_large', `A video of ${width}×${height} pixels is too large`);
  const declaredMs = Math.max(declaredOf(video), 0) || input.duration * 1000;
  if (declaredMs > maxVideoMs) throw new MediaError('video_too_long', 'A video may last two hours at most');

  // Sound and pictures wait for each other before the header; a late sound track must not be an error.
  using output = Muxer.openSync(target, {
    format: 'mp4',
    options: { movflags: '+faststart' },
    maxMuxingQueueSize: 10_000,
  });
  using pictures = new PictureTrack(video, output, declaredMs, bounds);
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
      if (pictures.endMs > maxVideoMs) throw new MediaError('video_too_long', 'A video may last two hours at most');
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
    throw new MediaError(
      'video_truncated',
      `This video says it lasts ${Math.round(declaredMs)} ms but ends after ${Math.round(reachedMs)} ms`,
      {
        params: { declaredMs: Math.round(declaredMs), foundMs: Math.round(reachedMs) },
      },
    );
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
