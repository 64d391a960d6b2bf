/** Which part of which page is on. Pure. */
import type { Picture } from '../types.ts';

/** A part of a page: how far down it begins, 0 (top) to 1 (its foot at the foot of the glass). */
export interface Part {
  readonly page: number;
  readonly down: number;
}

/** How much of a part the next one shows again, so that no line is cut in two and lost. */
const OVERLAP = 0.08;

/** Every page once, or in as many parts as it takes when it is as wide as the glass. A page that is not there yet is one part. */
export function partsOf(
  pages: readonly (Pick<Picture, 'width' | 'height'> | undefined)[],
  glass: { readonly width: number; readonly height: number },
  inParts: boolean,
): Part[] {
  return pages.flatMap((picture, page) => {
    const high = inParts && picture ? (picture.height * glass.width) / picture.width / glass.height : 1;
    const count = high <= 1 + OVERLAP ? 1 : Math.ceil((high - OVERLAP) / (1 - OVERLAP));
    return Array.from({ length: count }, (_, at) => ({ page, down: count === 1 ? 0 : at / (count - 1) }));
  });
}
