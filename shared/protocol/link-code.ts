/**
 * The link that a notice carries and boards draw as a QR code: what may be one, and how much of a board its code takes. The CMS says
 * by the same rule which boards have no room for it. Pure.
 */
import { z } from 'zod';
import { cleanLine } from '../util/text.ts';

/** A longer one makes a code of more modules than a wall of 640×320 can draw. */
export const maxLinkLength = 150;

function readAddress(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** As a browser would read it: a scheme may be left out, and everything is ASCII; what it cannot read stays as it is. */
function asAddress(text: string): string {
  const line = cleanLine(text);
  const whole = /^[a-z][a-z0-9+-]*:/i.test(line) ? line : `https://${line}`;
  return readAddress(whole)?.href ?? line;
}

/** A page that any phone can open: of the web, under a name, and without anybody's password in it. */
function isWebPage(text: string): boolean {
  const url = readAddress(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
  return url.username === '' && url.password === '' && /\.[a-z][a-z0-9-]*$/.test(url.hostname);
}

export const webLink = z
  .string()
  .overwrite(asAddress)
  .max(maxLinkLength)
  .refine(isWebPage, { error: 'A link is the http or https address of a page', params: { reason: 'link_invalid' } });

/** Bytes that a code of each version from 1 on holds with the least error correction (ISO/IEC 18004, table 7). */
const capacities = [17, 32, 53, 78, 106, 134, 154];
/** Blank modules that readers need on each side (ISO/IEC 18004, 5.3.8). */
export const quietModules = 4;

export const codeVersion = (link: string): number => 1 + capacities.findIndex((bytes) => link.length <= bytes);

/** Modules along a side of the link's code, with the blank ones around it. */
const modulesOf = (link: string): number => 17 + 4 * codeVersion(link) + 2 * quietModules;

/** Of fewer pixels a camera cannot tell the modules of an LED wall apart: each pixel is a point of light with darkness around it. */
const leastModulePx = 3;
/** From here on the glass is fine enough for room around the code; on coarser walls its own blank border is enough. */
const fineSide = 420;

export interface Glass {
  readonly width: number;
  readonly height: number;
}

/** Lengths in px. */
export interface CodePlace {
  /** Beside the content on wide glass, under it on tall glass. */
  readonly side: 'right' | 'below';
  /** Of the strip that holds the code, across the side that it stands at. */
  readonly strip: number;
  /** Of the code with its blank border: a whole number for each module. */
  readonly code: number;
  readonly padding: number;
  /** What is left to the content. */
  readonly content: Glass;
}

/**
 * Where a code stands on such glass: in a quarter of its length, or a third where a smaller code could not be scanned; null where
 * that is not enough, and it is left out.
 */
export function placeCode({ width, height }: Glass, link: string): CodePlace | null {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const side = height > width * 1.1 ? 'below' : 'right';
  const padding = short < fineSide ? 0 : Math.round(short * 0.025);
  const modules = modulesOf(link);
  // Under tall glass there are words to the right of the code.
  const across = side === 'right' ? short - 2 * padding : short / 2;
  const largestPx = (part: number): number => Math.floor(Math.min(long * part - 2 * padding, across) / modules);
  const modulePx = Math.max(largestPx(1 / 4), Math.min(leastModulePx, largestPx(1 / 3)));
  if (modulePx < leastModulePx) return null;
  const code = modulePx * modules;
  const strip = code + 2 * padding;
  const content = side === 'right' ? { width: width - strip, height } : { width, height: height - strip };
  return { side, strip, code, padding, content };
}

/** What such glass leaves to the content of a notice. */
export const roomBeside = (glass: Glass, link: string | undefined): Glass =>
  (link === undefined ? null : placeCode(glass, link))?.content ?? glass;

/** From how far away a phone reads a code so wide: ten times its width, as makers of scanners advise. Same unit as the width. */
export const scanDistance = (codeWidth: number): number => codeWidth * 10;
