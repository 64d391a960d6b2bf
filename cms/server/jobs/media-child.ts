/**
 * Child process that makes one file into media and ends: whatever a hostile file does to a decoder, it does here. The parent
 * (child-runner.ts) sends one job, watches progress and memory, and kills the process when either stands still or runs away.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answerJob } from './child-job.ts';
import { MediaError, isStorageFull } from './media-errors.ts';
import { makePicture, makeSmaller, seal } from './media-make.ts';
import type { MadeFile, MediaJob, MediaResult, SmallerJob, SmallerResult } from './media-messages.ts';
import { sniffFile } from './media-sniff.ts';

async function makeMedia(job: MediaJob, report: (share: number) => void): Promise<MediaResult> {
  const kind = await sniffFile(job.source);
  await mkdir(job.folder, { recursive: true });
  if (kind.kind === 'image') return makePicture(job.source, job.folder, report);
  const { transcodeVideo } = await import('./media-video.ts');
  const posterFile = join(job.folder, 'poster.webp');
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

async function work(job: MediaJob | SmallerJob, report: (share: number) => void): Promise<MediaResult | SmallerResult> {
  if (!('smallerOf' in job)) return makeMedia(job, report);
  await mkdir(job.folder, { recursive: true });
  return { smaller: await makeSmaller(job.kind, job.source, job.smallerOf, job.folder, report) };
}

answerJob(work, (error) => (isStorageFull(error) ? 'storage_full' : error instanceof MediaError ? error.code : null));
