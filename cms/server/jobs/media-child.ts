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
import type { ChildMessage, MadeFile, MediaJob, MediaResult } from './media-messages.ts';
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
    return {
      kind: 'image',
      rendition: {
        ...(await seal(file)),
        mediaType: made.mediaType,
        width: made.width,
        height: made.height,
        durationMs: null,
      },
      poster: {
        ...(await seal(posterFile)),
        mediaType: 'image/webp',
        width: made.poster.width,
        height: made.poster.height,
        durationMs: null,
      },
    };
  }
  const { transcodeVideo } = await import('./media-video.ts');
  const file = join(job.folder, 'video.mp4');
  const made = await transcodeVideo(job.source, kind.container, file, report);
  await writeFile(posterFile, made.poster.data, { flag: 'wx' });
  return {
    kind: 'video',
    rendition: {
      ...(await seal(file)),
      mediaType: 'video/mp4',
      width: made.width,
      height: made.height,
      durationMs: made.durationMs,
    },
    poster: {
      ...(await seal(posterFile)),
      mediaType: 'image/webp',
      width: made.poster.width,
      height: made.poster.height,
      durationMs: null,
    },
  };
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

process.once('message', (job: MediaJob) => {
  void (async () => {
    const beat = setInterval(() => report(reached), beatMs);
    try {
      // Boards and people come before pictures.
      setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
      send({ type: 'done', result: await work(job) });
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
