/** Which size of a picture or video a board gets: the smallest that has every pixel that the board can show of it. */
import { assetsOf, withAssets, type AssetRef, type NoticeContent } from '../../../../shared/protocol/programme.ts';
import type { OutputRegion } from '../../../../shared/protocol/common.ts';

export interface SizedAsset extends AssetRef {
  /** px */
  readonly width: number;
  readonly height: number;
}
/** An asset with its smaller copies, the smallest first. */
export interface AssetSizes extends SizedAsset {
  readonly smaller: readonly SizedAsset[];
}
/** What a board shows, px, as people look at it. */
export interface Raster {
  readonly width: number;
  readonly height: number;
}

export const rasterOf = ({ width, height, rotation }: OutputRegion): Raster =>
  rotation === 90 || rotation === 270 ? { width: height, height: width } : { width, height };

/** Of a copy one pixel may be lost in rounding. */
const roundingPx = 1;

/**
 * @param fit `contain` shows all of it, `cover` fills the raster and crops. Of what a layout does with it only this is known: that its
 *   place is no larger than the raster, so `cover` is enough for any.
 */
function sizeFor(asset: AssetSizes, raster: Raster, fit: 'contain' | 'cover'): AssetRef {
  const ratios = [raster.width / asset.width, raster.height / asset.height];
  const scale = fit === 'contain' ? Math.min(...ratios) : Math.max(...ratios);
  const suffices = (copy: SizedAsset): boolean =>
    copy.width >= asset.width * scale - roundingPx && copy.height >= asset.height * scale - roundingPx;
  const { hash, size, mediaType } = asset.smaller.find(suffices) ?? asset;
  return { hash, size, mediaType };
}

/** The content as this board shows it, and the files of it, by the sizes that it needs. */
export function sizedContent(
  content: NoticeContent,
  raster: Raster,
  assets: ReadonlyMap<string, AssetSizes>,
): { content: NoticeContent; assets: AssetRef[] } {
  const fit = content.type === 'layout' ? 'cover' : content.fit;
  const chosen = new Map(assetsOf(content).map((hash) => [hash, sizeFor(assets.get(hash)!, raster, fit)]));
  const sized = withAssets(content, (hash) => chosen.get(hash)?.hash ?? hash);
  return { content: sized, assets: [...chosen.values()] };
}
