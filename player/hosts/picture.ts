/** A picture of a host's own window, small enough to be sent. */
import { AppError } from '../../shared/util/errors.ts';

/**
 * @param longSide what a larger window is scaled down to, px; null: not at all
 * @throws AppError `no_stage`, `capture_failed`, `capture_too_large`
 */
export type TakePicture = (maxBytes: number, longSide: number | null) => Promise<Uint8Array>;

/** Tried in order, of 100. A notice fits at the first; a photograph on a 4K screen needs a later one. */
const qualities = [75, 45, 20, 5];

/** The best of what `encode` makes that fits. @throws AppError `capture_too_large`, or what `encode` throws */
export async function pictureWithin(
  maxBytes: number,
  encode: (quality: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  for (const quality of qualities) {
    const bytes = await encode(quality);
    if (bytes.length <= maxBytes) return bytes;
  }
  throw new AppError('capture_too_large', `The picture takes more than ${maxBytes} bytes`);
}

export const noWindow = (): AppError => new AppError('no_stage', 'There is no window to take a picture of');
