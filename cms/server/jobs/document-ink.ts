/** How much of a page is not empty, and how far down. Pure. */

/** Away from its ground by so much, of 255, in any of its colours: letters are, and neither the grain of a scan nor its shadows. */
const contrast = 30;
/** Paper has at least so much of every colour, grey paper of a scanner, too; a darker or coloured ground belongs to the picture. */
const paperFrom = 200;
/** Of the width at each side: shadows of a scanner. */
const margin = 0.03;
/** Pixels of a row that have to stand out: fewer are specks. */
const fewest = 2;
/** Bytes of a pixel: red, green and blue. */
const channels = 3;

export interface Ink {
  /** The share of its rows in which something stands on its ground. */
  readonly filled: number;
  /** Where the last that would be missed ends, as a share of its height: of a coloured ground at its foot. 0: nowhere, it is empty. */
  readonly until: number;
}

/** @param pixels a picture of the page, three bytes a pixel */
export function inkOf(pixels: Uint8Array, width: number): Ink {
  const ground = Array.from({ length: channels }, (_, channel) => medianOf(pixels, channel));
  const skip = Math.ceil(width * margin);
  const rows = Math.floor(pixels.length / channels / width);
  const standsOut = (pixel: number): boolean =>
    ground.some((value, channel) => Math.abs(pixels[pixel * channels + channel]! - value) > contrast);
  let filled = 0;
  let end = 0;
  for (let row = 0; row < rows; row++) {
    let ink = 0;
    for (let x = skip; x < width - skip; x++) if (standsOut(row * width + x)) ink++;
    if (ink < fewest) continue;
    filled++;
    end = row + 1;
  }
  if (rows === 0) return { filled: 0, until: 0 };
  const isPaper = ground.every((value) => value >= paperFrom);
  return { filled: filled / rows, until: isPaper ? end / rows : 1 };
}

function medianOf(pixels: Uint8Array, channel: number): number {
  const counts = new Uint32Array(256);
  for (let at = channel; at < pixels.length; at += channels) counts[pixels[at]!]!++;
  let below = 0;
  return counts.findIndex((count) => (below += count) * channels >= pixels.length / 2);
}
