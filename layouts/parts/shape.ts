/** What kind of glass a picture is for. Layouts adapt to it: they leave things out rather than shrink them. */

export interface Shape {
  /**
   * - `full`: an LCD or a fine LED wall, 420 px or more on its shorter side;
   * - `led`: a coarse LED wall such as 640×320;
   * - `tiny`: an LED strip such as 192×96, where a few big words fit.
   */
  readonly scale: 'full' | 'led' | 'tiny';
  readonly tall: boolean;
  /** The shorter side, px: sizes of type are fractions of it. */
  readonly side: number;
}

/** `width` and `height` in px, as the viewer sees them. */
export function shapeOf(width: number, height: number): Shape {
  const side = Math.min(width, height);
  return { scale: side < 150 ? 'tiny' : side < 420 ? 'led' : 'full', tall: height > width * 1.1, side };
}

/** Whole-pixel type sizes from factors, largest first, none below `floor` px. */
export function typeSizes(base: number, factors: readonly number[], floor: number): number[] {
  const sizes = factors.map((factor) => Math.max(floor, Math.round(base * factor)));
  return [...new Set(sizes)].sort((a, b) => b - a);
}
