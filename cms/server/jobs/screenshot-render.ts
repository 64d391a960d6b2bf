/**
 * Makes of what a board brought the picture that is kept: the board's own region, upright, decoded and encoded anew. Runs in the
 * screenshot child process: a board's key may be stolen, and what it signs is then anything.
 */
import { open } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import type { OutputRegion } from '../../../shared/protocol/common.ts';
import { AppError } from '../../../shared/util/errors.ts';
import { isStorageFull } from './media-errors.ts';
import type { ScreenshotJob, ScreenshotResult } from './screenshot-messages.ts';

/** Most pixels that are decoded: an 8K screen and some. */
const maxPixels = 40_000_000;

/** @throws AppError `screenshot_invalid`, or the system's error when the disk does not take it */
export async function renderScreenshot({
  source,
  target,
  output,
  window,
  longSide,
}: ScreenshotJob): Promise<ScreenshotResult> {
  sharp.cache(false);
  sharp.concurrency(1);
  const made = await encode(source, output, window, longSide).catch((cause: unknown) => {
    if (isStorageFull(cause)) throw cause;
    throw new AppError('screenshot_invalid', 'This is no picture of a screen', { cause });
  });
  const file = await open(target, 'w', 0o600);
  try {
    await file.writeFile(made.data);
    await file.sync();
  } finally {
    await file.close();
  }
  return { width: made.info.width, height: made.info.height, size: made.data.length };
}

async function encode(source: string, output: OutputRegion | null, window: ScreenshotJob['window'], longSide: number) {
  const picture = sharp(source, { limitInputPixels: maxPixels, failOn: 'error', pages: 1 });
  const { format, width, height } = await picture.metadata();
  if (format !== 'webp' && format !== 'jpeg') throw new Error(`A board sends WebP or JPEG, not ${format}`);
  return (
    cutOut(picture, output && scaled(output, width / (window?.width ?? width)), { width, height })
      .resize({ width: longSide, height: longSide, fit: 'inside', withoutEnlargement: true })
      // Upright, as somebody before the board sees it. After the resizing: before it, sharp forgets one of the two.
      .rotate((360 - (output?.rotation ?? 0)) % 360)
      .toColourspace('srgb')
      .webp({ quality: 82, effort: 3, smartSubsample: true })
      .toBuffer({ resolveWithObject: true })
  );
}

/** The region in the px of a picture that is `scale` times as large as its window. */
function scaled(region: OutputRegion, scale: number): OutputRegion {
  const [x, y] = [Math.floor(region.x * scale), Math.floor(region.y * scale)];
  return {
    x,
    y,
    width: Math.ceil((region.x + region.width) * scale) - x,
    height: Math.ceil((region.y + region.height) * scale) - y,
    rotation: region.rotation,
  };
}

/** The board's region. A window that does not reach that far is left whole. */
function cutOut(picture: Sharp, output: OutputRegion | null, window: { width: number; height: number }): Sharp {
  if (output === null) return picture;
  const { x, y } = output;
  const width = Math.min(output.width, window.width - x);
  const height = Math.min(output.height, window.height - y);
  return width > 0 && height > 0 ? picture.extract({ left: x, top: y, width, height }) : picture;
}
