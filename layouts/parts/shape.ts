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

/** Of a heading that stands, in two lines at the most, above what it is about. */
export const headingSizes = ({ scale, side }: Shape): number[] =>
  scale === 'full'
    ? typeSizes(side * 0.062, [1.3, 1.15, 1, 0.88], 22)
    : typeSizes(side * 0.098, [1.1, 1, 0.9, 0.8], 20);

/** On a strip: of what is read first, with pages of its own. */
export const stripHeadingSizes = ({ side }: Shape): number[] =>
  typeSizes(side, [0.32, 0.28, 0.25, 0.22, 0.2, 0.18, 0.16], 14);

/** On a strip: of all other text. */
export const stripTextSizes = ({ side }: Shape): number[] => typeSizes(side, [0.26, 0.23, 0.2, 0.18, 0.16], 14);
