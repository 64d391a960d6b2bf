/** Reads what is on a display out of its X Window Dump (XWDFile.h): some lines across, from top to bottom. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { cells, readMark, type Mark } from './barcode.ts';

/** How many lines are looked at. */
const lines = 12;
/** Every how manieth pixel of a line without a mark is compared. */
const step = 4;
/** Two pixels are the same when no colour differs by more: what stays above its successor until that moves is not quite opaque. */
const tolerance = 24;

/** What was on the glass: an item in full, a picture without a mark by its number in the order in which such stood, or neither. */
export type Seen = (Mark & { kind: 'mark' }) | { kind: 'other'; pixels: Uint8Array } | { kind: 'torn' };

export class Framebuffer {
  readonly #file: number;
  readonly #size: { width: number; height: number; stride: number; start: number };
  readonly #line: Buffer;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    const head = Buffer.alloc(100);
    readSync(this.#file, head, 0, 100, 0);
    const word = (n: number): number => head.readUInt32BE(4 * n);
    const start = word(0) + word(19) * 12;
    this.#size = { width: word(4), height: word(5), stride: word(12), start };
    if (word(11) !== 32 || fstatSync(this.#file).size < start + word(5) * word(12))
      throw new Error(`${path} is no picture of 32 bits a pixel`);
    this.#line = Buffer.alloc(word(12));
  }

  /** Looks once. */
  look(): Seen {
    const { width, height, stride, start } = this.#size;
    const row = this.#line;
    const across = Math.ceil(width / step);
    const pixels = new Uint8Array(lines * across * 3);
    let mark: Mark | null = null;
    let marked = 0;
    let same = true;
    for (let n = 0; n < lines; n++) {
      const y = Math.floor(((n + 0.5) * height) / lines);
      readSync(this.#file, row, 0, stride, start + y * stride);
      const brightness = Array.from({ length: cells }, (_, cell) => {
        const at = 4 * Math.floor(((cell + 0.5) * width) / cells);
        return 0.114 * row[at]! + 0.587 * row[at + 1]! + 0.299 * row[at + 2]!;
      });
      const read = readMark(brightness);
      if (read) {
        marked++;
        same &&= mark === null || (mark.item === read.item && mark.frame === read.frame);
        mark = read;
      }
      for (let x = 0; x < across; x++) pixels.set(row.subarray(4 * step * x, 4 * step * x + 3), 3 * (n * across + x));
    }
    if (mark !== null) return marked === lines && same ? { kind: 'mark', ...mark } : { kind: 'torn' };
    return { kind: 'other', pixels };
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Which part of two pictures differs, 0 to 1. */
export function difference(a: Uint8Array, b: Uint8Array): number {
  let differing = 0;
  for (let at = 0; at < a.length; at += 3)
    if (
      Math.abs(a[at]! - b[at]!) > tolerance ||
      Math.abs(a[at + 1]! - b[at + 1]!) > tolerance ||
      Math.abs(a[at + 2]! - b[at + 2]!) > tolerance
    )
      differing++;
  return (3 * differing) / a.length;
}

/** The one colour of a picture; null: it has several. */
export function plainColour(pixels: Uint8Array): number[] | null {
  const first = pixels.subarray(0, 3);
  for (let at = 0; at < pixels.length; at += 3)
    for (let n = 0; n < 3; n++) if (Math.abs(pixels[at + n]! - first[n]!) > 3) return null;
  return [...first];
}
