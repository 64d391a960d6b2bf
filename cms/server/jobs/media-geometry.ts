/** Size, turn and rate of a video's rendition: arithmetic only, so that it can be tested without a video. */

export interface Rate {
  readonly num: number;
  readonly den: number;
}
export interface Turn {
  /** Quarter turns clockwise that bring the picture upright. */
  readonly quarters: 0 | 1 | 2 | 3;
  readonly mirrored: boolean;
}
export interface Geometry {
  readonly width: number;
  readonly height: number;
  /** FFmpeg filters that bring a decoded picture to this size, upright, at the rate. */
  readonly filter: string;
}

/** The sides that a picture may have, px. */
export interface Bounds {
  readonly long: number;
  readonly short: number;
}
/** Of the largest rendition. */
export const videoBounds: Bounds = { long: 1920, short: 1080 };

/** Reads FFmpeg's display matrix (nine 32-bit numbers, 16.16 fixed point): how the decoded picture is to be turned to be seen upright. */
export function turnOf(matrix: Uint8Array | null): Turn {
  if (matrix === null || matrix.byteLength < 36) return { quarters: 0, mirrored: false };
  const view = new DataView(matrix.buffer, matrix.byteOffset, matrix.byteLength);
  const at = (i: number): number => view.getInt32(i * 4, true) / 65_536;
  const [a, b, c, d] = [at(0), at(1), at(3), at(4)];
  const mirrored = a * d - b * c < 0;
  const quarter = Math.round(Math.atan2(b, a) / (Math.PI / 2));
  return { quarters: (((quarter % 4) + 4) % 4) as Turn['quarters'], mirrored };
}

/** The rendition's rate: the source's own up to 30; a double rate (50, 60) is halved, so that every second picture is kept. */
export function targetRate(average: Rate, base: Rate): Rate {
  const valueOf = (rate: Rate): number => (rate.den > 0 ? rate.num / rate.den : 0);
  let rate = valueOf(average) || valueOf(base);
  if (!(rate > 0)) return { num: 25, den: 1 };
  if (rate > 30.5 && rate <= 61) rate /= 2;
  if (rate > 30.5) rate = 30;
  const usual: Rate[] = [
    { num: 24_000, den: 1001 },
    { num: 24, den: 1 },
    { num: 25, den: 1 },
    { num: 30_000, den: 1001 },
    { num: 30, den: 1 },
  ];
  return (
    usual.find((known) => Math.abs(valueOf(known) - rate) < 0.012) ?? { num: Math.max(5, Math.round(rate)), den: 1 }
  );
}

/** `width`×`height` px as decoded, pixels `sar` times as wide as high. Never enlarges; sides are even, as 4:2:0 needs. */
export function geometryOf(
  width: number,
  height: number,
  sar: number,
  turn: Turn,
  rate: Rate,
  bounds = videoBounds,
): Geometry {
  const onItsSide = turn.quarters % 2 === 1;
  const shownWidth = onItsSide ? height : width * sar;
  const shownHeight = onItsSide ? width * sar : height;
  const [maxWidth, maxHeight] = shownWidth >= shownHeight ? [bounds.long, bounds.short] : [bounds.short, bounds.long];
  const scale = Math.min(1, maxWidth / shownWidth, maxHeight / shownHeight);
  const even = (length: number): number => Math.max(2, 2 * Math.round((length * scale) / 2));
  const target = { width: even(shownWidth), height: even(shownHeight) };
  const filters = [
    `fps=${rate.num}/${rate.den}`,
    turn.mirrored ? 'vflip' : '',
    ['', 'transpose=clock', 'hflip,vflip', 'transpose=cclock'][turn.quarters] ?? '',
    `scale=${target.width}:${target.height}:flags=bicubic:out_range=tv`,
    'setsar=1',
    'format=yuv420p',
  ];
  return { ...target, filter: filters.filter((part) => part !== '').join(',') };
}
