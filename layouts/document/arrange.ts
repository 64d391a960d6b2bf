/** Which part of which page is on, and how pages and words share the glass. Pure. */
import { shapeOf } from '../parts/shape.ts';
import type { Picture } from '../types.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

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
  glass: Size,
  inParts: boolean,
): Part[] {
  return pages.flatMap((picture, page) => {
    const high = inParts && picture ? (picture.height * glass.width) / picture.width / glass.height : 1;
    const count = high <= 1 + OVERLAP ? 1 : Math.ceil((high - OVERLAP) / (1 - OVERLAP));
    return Array.from({ length: count }, (_, at) => ({ page, down: count === 1 ? 0 : at / (count - 1) }));
  });
}

/** How the glass is shared. */
export interface Sharing {
  /** Words stand beside the page, not below it. */
  readonly beside: boolean;
  /** Width of a page beside the words, % of the glass. */
  readonly share: number;
  /** Height of the words below a page, px. */
  readonly below: number;
}

/** @param page the shape of the pages */
export function sharingOf(page: Size, { width, height }: Size, inParts: boolean): Sharing {
  const { scale, side } = shapeOf(width, height);
  const tiny = scale === 'tiny';
  const beside = !tiny && !inParts && width / height > (page.width / page.height) * 1.15;
  const left = Math.floor(height - (width * page.height) / page.width);
  // On fine glass who says it and its number stand around the title.
  const least = scale === 'full' ? side * 0.36 : height * 0.2;
  return {
    beside,
    share: Math.min(66, (100 * height * page.width) / page.height / width),
    // Words have no room beside pages that are as wide as the glass, and stand before them on a strip; below a page they take what it leaves.
    below: beside || tiny || inParts ? 0 : Math.max(left, least),
  };
}

/** How high a page is on the glass, px, all its parts together. */
export function drawnHeight(page: Size, glass: Size, inParts: boolean): number {
  const { beside, share, below } = sharingOf(page, glass, inParts);
  const wide = (beside ? (glass.width * share) / 100 : glass.width) / page.width;
  const high = (glass.height - below) / page.height;
  return page.height * (inParts ? Math.max(wide, high) : Math.min(wide, high));
}
