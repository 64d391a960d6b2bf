/** Finished files in a job's folder, on disk and named by what they hold: for the child processes of pictures, videos and documents. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isStorageFull } from './media-errors.ts';
import { isWorthKeeping, sidesBelow } from './media-ladder.ts';
import type { MadeFile, MediaResult, SmallerJob } from './media-messages.ts';

/** A picture as boards show it, its poster and its smaller copies. @throws MediaError as renderImage */
export async function makePicture(
  source: string,
  folder: string,
  progress: (share: number) => void,
): Promise<MediaResult> {
  const { renderImage } = await import('./media-image.ts');
  const made = await renderImage(source);
  const file = join(folder, 'picture.webp');
  const posterFile = join(folder, 'poster.webp');
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
    smaller: await makeSmaller('image', file, rendition, folder, progress),
  };
}

/** A finished rendition in the sizes below its own, the largest first. */
export async function makeSmaller(
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
export async function seal(file: string): Promise<Pick<MadeFile, 'file' | 'hash' | 'size'>> {
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
