/** How much of a page is not empty, and how far down. Pure. */

/** Darker than the paper by so much, of 255: letters are, and neither the grain of a scan nor its shadows. */
const contrast = 30;
/** Of the width at each side: shadows of a scanner. */
const margin = 0.03;
/** Pixels of a row that have to be dark: fewer are specks. */
const fewest = 2;

export interface Ink {
  /** The share of its rows in which something stands. */
  readonly filled: number;
  /** Where the last of them ends, as a share of its height; 0: nowhere. */
  readonly until: number;
}

/** @param grey a picture of the page, a byte a pixel */
export function inkOf(grey: Uint8Array, width: number): Ink {
  const paper = medianOf(grey);
  const skip = Math.ceil(width * margin);
  const rows = Math.floor(grey.length / width);
  let filled = 0;
  let end = 0;
  for (let row = 0; row < rows; row++) {
    let dark = 0;
    for (const value of grey.subarray(row * width + skip, (row + 1) * width - skip))
      if (value < paper - contrast) dark++;
    if (dark < fewest) continue;
    filled++;
    end = row + 1;
  }
  return rows === 0 ? { filled: 0, until: 0 } : { filled: filled / rows, until: end / rows };
}

function medianOf(grey: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const value of grey) counts[value]!++;
  let below = 0;
  return counts.findIndex((count) => (below += count) >= grey.length / 2);
}
