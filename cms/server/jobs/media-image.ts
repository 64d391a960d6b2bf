/**
 * Makes of any picture the one that boards show: upright, without metadata, in sRGB, at most 3840 px a side. Runs in the media child process.
 */
import sharp from 'sharp';
import { MediaError } from './media-errors.ts';

/** Longest side of a rendition, px: 4K. */
const maxImageSide = 3840;
/**
 * Most pixels that are decoded: 100 million (a 10,000×10,000 poster scan). A small file can declare far more, and what it declares is
 * what decoding would cost, so the header decides before a pixel is read.
 */
const maxImagePixels = 100_000_000;

export interface ImageRendition {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly mediaType: 'image/webp';
  readonly poster: { readonly data: Buffer; readonly width: number; readonly height: number };
}

/**
 * @throws MediaError `image_too_large` from the header alone, `image_unreadable`
 */
export async function renderImage(source: string): Promise<ImageRendition> {
  // One thread and no cache: the process lives for one file, and its memory is watched.
  sharp.cache(false);
  sharp.concurrency(1);
  await assertSize(source);
  try {
    const picture = sharp(source, { limitInputPixels: maxImagePixels, failOn: 'error', pages: 1 })
      .autoOrient()
      .resize({ width: maxImageSide, height: maxImageSide, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp({ quality: 88, effort: 3, smartSubsample: true });
    const { data, info } = await picture.toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, mediaType: 'image/webp', poster: await poster(data) };
  } catch (cause) {
    throw new MediaError('image_unreadable', 'This picture cannot be read to its end', { cause });
  }
}

async function assertSize(source: string): Promise<void> {
  let width: number;
  let height: number;
  try {
    // Reads the header only; the limit is ours, below, so that the code is ours too.
    ({ width, height } = await sharp(source, { limitInputPixels: false }).metadata());
  } catch (cause) {
    throw new MediaError('image_unreadable', 'This picture has no readable header', { cause });
  }
  if (width * height > maxImagePixels)
    throw new MediaError('image_too_large', `A picture of ${width}×${height} pixels is too large`, {
      params: { width, height, maxPixels: maxImagePixels },
    });
}

/** A finished rendition again, with its longer side so many px. @throws what the decoder throws: it is our own file */
export async function shrinkImage(source: string, longSide: number): Promise<ImageRendition['poster']> {
  sharp.cache(false);
  sharp.concurrency(1);
  const { data, info } = await sharp(source, { limitInputPixels: maxImagePixels })
    .resize({ width: longSide, height: longSide, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 88, effort: 3, smartSubsample: true })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** A small copy for lists. */
export async function poster(
  source: Buffer,
  raw?: { width: number; height: number; channels: 3 },
): Promise<ImageRendition['poster']> {
  const { data, info } = await sharp(source, raw ? { raw } : {})
    .resize({ width: 640, height: 640, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 80, effort: 3 })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
