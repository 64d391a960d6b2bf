/** What is wrong with pages of a document on a board: nearly empty ones, and type too small to be read. */
import { drawnHeight } from '../../../../../layouts/document/arrange.ts';
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { Document } from '../../../../../shared/protocol/api/documents.ts';
import type { Media } from '../../../../../shared/protocol/api/content.ts';
import { roomBeside } from '../../../../../shared/protocol/link-code.ts';
import { unreadableOn, type Finding } from '../notices/legibility.ts';

type Page = Document['pages'][number];
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of a page's height; three lines and a number are about so much. */
const nearlyEmpty = 0.06;
/** A sheet of paper (ISO 216), for a picture that is not among the media. */
const paper: Size = { width: 1, height: Math.SQRT2 };

/** Width of a screen of 55 inches, as most are, µm: for one whose record does not say how far its pixels are apart. */
const screenUm = 1_217_600;

function pitchOf({ pitchUm, kind, output: { width, height } }: Board): number | null {
  return pitchUm ?? (kind === 'lcd' ? screenUm / Math.max(width, height) : null);
}

const shownOf = (pages: readonly Page[], assets: readonly string[]): Page[] =>
  pages.filter(({ asset }) => assets.includes(asset));

/** Those of the shown pages on which hardly anything stands. */
export const emptyPages = (pages: readonly Page[], shown: readonly string[]): Page[] =>
  shownOf(pages, shown).filter(({ filled }) => filled !== null && filled < nearlyEmpty);

export interface SmallType {
  /** Number of the page with the smallest type. */
  readonly page: number;
  readonly findings: readonly Finding[];
  /** The worst board's pixels are taken to be those of a usual screen. */
  readonly assumed: boolean;
}

/** Where the smallest type of the shown pages cannot be read on boards with this glass; null: nowhere that is known. */
export function smallTypeOn(
  pages: readonly Page[],
  shown: readonly string[],
  {
    boards,
    glass,
    media,
    inParts,
    link,
  }: {
    readonly boards: readonly Board[];
    readonly glass: Size;
    readonly media: readonly Media[];
    /** Each page comes in parts, as wide as the glass. */
    readonly inParts: boolean;
    /** Its code takes some of the glass. */
    readonly link?: string | undefined;
  },
): SmallType | null {
  const room = roomBeside(glass, link);
  const sizes = shownOf(pages, shown).flatMap(({ number, asset, letters }) => {
    const known = media.find(({ hash }) => hash === asset);
    const size = known?.width && known.height ? { width: known.width, height: known.height } : paper;
    return letters === null ? [] : [{ page: number, px: letters * drawnHeight(size, room, inParts) }];
  });
  if (sizes.length === 0) return null;
  const { page, px } = sizes.reduce((least, one) => (one.px < least.px ? one : least));
  const measured = boards.map((board) => ({ ...board, pitchUm: pitchOf(board) }));
  const findings = unreadableOn(measured, glass, px);
  const worst = boards.find(({ id }) => id === findings[0]?.board.id);
  return worst ? { page, findings, assumed: worst.pitchUm === null } : null;
}
