/**
 * Child process that makes one file into media and ends: whatever a hostile file does to a decoder, it does here. The parent
 * (media-runner.ts) sends one job, watches progress and memory, and kills the process when either stands still or runs away.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, stat, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MediaError, isStorageFull } from './media-errors.ts';
import { isWorthKeeping, sidesBelow } from './media-ladder.ts';
import type { ChildMessage, MadeFile, MediaJob, MediaResult, SmallerJob } from './media-messages.ts';
import { sniffFile } from './media-sniff.ts';

function send(message: ChildMessage): void {
  // A parent that has gone needs no answer.
  if (process.connected) process.send?.(message);
}

/** How often memory is reported, ms. */
const beatMs = 250;
let reached = 0;
function report(share: number): void {
  reached = share;
  send({ type: 'progress', share, rss: process.memoryUsage.rss() });
}

async function work(job: MediaJob): Promise<MediaResult> {
  const kind = await sniffFile(job.source);
  await mkdir(job.folder, { recursive: true });
  const posterFile = join(job.folder, 'poster.webp');
  if (kind.kind === 'image') {
    const { renderImage } = await import('./media-image.ts');
    const made = await renderImage(job.source);
    const file = join(job.folder, 'picture.webp');
    await writeFile(file, made.data, { flag: 'wx' });
    await writeFile(posterFile, made.poster.data, { flag: 'wx' });
    const rendition: MadeFile = {
      ...(await seal(file)),
      mediaType: made.mediaType,
      width: made.width,
      height: made.height,
      durationMs: null,
    };
    return {
      kind: 'image',
      rendition,
      poster: {
        ...(await seal(posterFile)),
        mediaType: 'image/webp',
        width: made.poster.width,
        height: made.poster.height,
        durationMs: null,
      },
      smaller: await makeSmaller('image', file, rendition, job.folder, report),
    };
  }
  const { transcodeVideo } = await import('./media-video.ts');
  const file = join(job.folder, 'video.mp4');
  const made = await transcodeVideo(job.source, kind.container, file, (share) => report(share * largestCosts));
  await writeFile(posterFile, made.poster.data, { flag: 'wx' });
  const rendition: MadeFile = {
    ...(await seal(file)),
    mediaType: 'video/mp4',
    width: made.width,
    height: made.height,
    durationMs: made.durationMs,
  };
  const smaller = await makeSmaller('video', file, rendition, job.folder, (share) =>
    report(largestCosts + share * (1 - largestCosts)),
  );
  report(1);
  return {
    kind: 'video',
    rendition,
    poster: {
      ...(await seal(posterFile)),
      mediaType: 'image/webp',
      width: made.poster.width,
      height: made.poster.height,
      durationMs: null,
    },
    smaller,
  };
}

/** How much of the time the largest size of a video takes. */
const largestCosts = 0.7;

/** A finished rendition in the sizes below its own, the largest first. */
async function makeSmaller(
  kind: 'image' | 'video',
  source: string,
  of: SmallerJob['smallerOf'],
  folder: string,
  progress: (share: number) => void,
): Promise<MadeFile[]> {
  const sides = sidesBelow(kind, of);
  const all: MadeFile[] = [];
  for (const [i, side] of sides.entries()) {
    const target = join(folder, `${side}.${kind === 'image' ? 'webp' : 'mp4'}`);
    const onProgress = (share: number): void => progress((i + share) / sides.length);
    try {
      const made = await (kind === 'image'
        ? makeSmallPicture(source, target, side)
        : makeSmallVideo(source, target, side, onProgress));
      // A video is as long as its largest size says: a slot must not depend on the board.
      if (isWorthKeeping(made.size, (all.at(-1) ?? of).size)) all.push({ ...made, durationMs: of.durationMs });
    } catch (error) {
      // The largest plays everywhere. Without this one, small boards fetch more.
      if (isStorageFull(error)) throw error;
    }
  }
  return all;
}

async function makeSmallPicture(source: string, target: string, side: number): Promise<Omit<MadeFile, 'durationMs'>> {
  const { shrinkImage } = await import('./media-image.ts');
  const { data, width, height } = await shrinkImage(source, side);
  await writeFile(target, data, { flag: 'wx' });
  return { ...(await seal(target)), mediaType: 'image/webp', width, height };
}

async function makeSmallVideo(
  source: string,
  target: string,
  side: number,
  progress: (share: number) => void,
): Promise<Omit<MadeFile, 'durationMs'>> {
  const { transcodeVideo } = await import('./media-video.ts');
  const { width, height } = await transcodeVideo(source, 'mp4', target, progress, { long: side, short: side });
  return { ...(await seal(target)), mediaType: 'video/mp4', width, height };
}

/** Brings a finished file to the disk itself and names it by what it holds. */
async function seal(file: string): Promise<Pick<MadeFile, 'file' | 'hash' | 'size'>> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { file, hash: hash.digest('hex'), size: (await stat(file)).size };
}

process.once('message', (job: MediaJob | SmallerJob) => {
  void (async () => {
    const beat = setInterval(() => report(reached), beatMs);
    try {
      // Boards and people come before pictures.
      setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
      if ('smallerOf' in job) {
        await mkdir(job.folder, { recursive: true });
        send({
          type: 'done',
          result: { smaller: await makeSmaller(job.kind, job.source, job.smallerOf, job.folder, report) },
        });
      } else send({ type: 'done', result: await work(job) });
    } catch (error) {
      const full = isStorageFull(error);
      const code = full ? 'storage_full' : error instanceof MediaError ? error.code : null;
      send({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) });
    } finally {
      clearInterval(beat);
      process.disconnect();
    }
  })();
});
process.once('disconnect', () => process.exit());
