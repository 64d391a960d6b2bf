/** Pictures inside layouts: loaded and decoded before the layout is laid out, so that it knows their shapes. */
import type { Picture } from '../../layouts/types.ts';
import { SceneError } from './failure.ts';
import { within } from './waiting.ts';

/** Longest wait for file and decoding, ms. */
const LIMIT_MS = 15_000;

/** A picture that a layout shows. While the element lives, the browser need not read the file again. */
export interface LoadedPicture extends Picture {
  readonly element: HTMLImageElement;
}

/** @throws SceneError asset_unreadable, decode_stalled */
export async function loadPicture(url: string): Promise<LoadedPicture> {
  const element = new Image();
  element.src = url;
  await within(decode(element), LIMIT_MS, 'decode_stalled', 'Picture not decoded in time');
  return { url, width: element.naturalWidth, height: element.naturalHeight, element };
}

async function decode(element: HTMLImageElement): Promise<void> {
  try {
    await element.decode();
  } catch (error) {
    throw new SceneError('asset_unreadable', `Picture: ${String(error)}`, error);
  }
}
