/**
 * The sizes in which a picture or video is kept besides its largest, so that a board never fetches more pixels than it has: an LED of
 * 192×96 takes some kilobytes of a picture that a 4K screen takes megabytes of.
 */

/** Names this list of sizes. What has that of another number is made anew (media/sizes.ts): raise it when the list changes. */
export const ladder = 1;

/** Long sides, px. A video costs minutes to encode and storage for each, so it has fewer. */
const longSides = { image: [1920, 960, 480, 240], video: [960, 480] } as const;

/** A size this near the one above saves nothing worth a file. */
const largestShare = 0.75;

/** Most bits a second of a video, by its long side, as FFmpeg writes it. */
export const maxRateOf = (longSide: number): string => (longSide > 960 ? '8M' : longSide > 480 ? '2500k' : '900k');

/** Long sides below a size of so many px, the largest first. */
export function sidesBelow(kind: 'image' | 'video', { width, height }: { width: number; height: number }): number[] {
  return longSides[kind].filter((side) => side <= Math.max(width, height) * largestShare);
}

/** A smaller copy must be worth its place: at most nine tenths of the bytes of what is above it. */
export const isWorthKeeping = (bytes: number, above: number): boolean => bytes <= 0.9 * above;
