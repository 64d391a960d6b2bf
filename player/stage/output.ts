/** Where the picture stands in the window. An LED controller crops a part of a standard raster, and walls are hung turned. */
import type { OutputRegion } from '../../shared/protocol/common.ts';

export interface Placement {
  /** Size of the picture as its viewers see it, px: what scenes are laid out for. */
  readonly width: number;
  readonly height: number;
  /** CSS transform, origin at the top left, from the picture to the window. */
  readonly transform: string;
}

export interface Viewport {
  /** Size of the window, CSS px. */
  readonly width: number;
  readonly height: number;
  /** Raster px per CSS px. */
  readonly pixelRatio: number;
}

/**
 * On a board the region is in px of the raster, whatever the pixel ratio; in a preview, and in a page opened by hand,
 * the picture is upright and scaled to fit, as the people in front of the board see it.
 * @param output null: the whole window
 */
export function place(output: OutputRegion | null, viewport: Viewport, preview: boolean): Placement {
  if (output === null) {
    const ratio = preview ? 1 : viewport.pixelRatio;
    return {
      width: Math.max(1, Math.round(viewport.width * ratio)),
      height: Math.max(1, Math.round(viewport.height * ratio)),
      transform: ratio === 1 ? 'none' : `scale(${1 / ratio})`,
    };
  }
  const { x, y, width, height, rotation } = output;
  const onItsSide = rotation === 90 || rotation === 270;
  const size = onItsSide ? { width: height, height: width } : { width, height };
  if (preview) {
    const scale = Math.min(viewport.width / size.width, viewport.height / size.height);
    const left = (viewport.width - size.width * scale) / 2;
    const top = (viewport.height - size.height * scale) / 2;
    return { ...size, transform: `translate(${left}px, ${top}px) scale(${scale})` };
  }
  const shrink = viewport.pixelRatio === 1 ? '' : `scale(${1 / viewport.pixelRatio}) `;
  const left = x + (rotation === 90 || rotation === 180 ? width : 0);
  const top = y + (rotation === 180 || rotation === 270 ? height : 0);
  const turn = rotation === 0 ? '' : ` rotate(${rotation}deg)`;
  return { ...size, transform: `${shrink}translate(${left}px, ${top}px)${turn}` };
}
