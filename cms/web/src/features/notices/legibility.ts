/** Whether people before a board can read its text: by the height of letters on the glass and how far away they stand. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { TextSize } from '../../../../../shared/util/main-size.ts';
import { seenSize } from '../boards/words.ts';

/** Smallest height of a capital letter, minutes of arc: ISO 9241-303 asks for 16, and stacked marks need no less. */
const ARC_MINUTES = 16;
/** Height of a capital letter of Be Vietnam Pro, em. */
const CAPITAL = 0.7;
export interface Finding {
  readonly board: Pick<Board, 'id' | 'name'>;
  readonly distanceCm: number;
  /** Height of capital letters: as they are, and as they have to be at least. */
  readonly mm: number;
  readonly neededMm: number;
}

type Glass = { readonly width: number; readonly height: number };
type BoardFacts = Pick<Board, 'id' | 'name' | 'output' | 'pitchUm' | 'readingDistanceCm'>;

/** Height that capital letters need to be read from there, mm. */
export const neededMm = (distanceCm: number): number => distanceCm * 10 * Math.tan((ARC_MINUTES / 60 / 180) * Math.PI);

/** Boards with glass of this size on which type of `px` is too small to be read, the worst first; those of unknown pitch or distance are left out. */
export function unreadableOn(boards: readonly BoardFacts[], glass: Glass, px: number): Finding[] {
  return boards
    .flatMap((board): Finding[] => {
      const { width, height } = seenSize(board.output);
      const { pitchUm, readingDistanceCm: distanceCm } = board;
      if (width !== glass.width || height !== glass.height || pitchUm === null || distanceCm === null) return [];
      const mm = (px * CAPITAL * pitchUm) / 1000;
      return mm < neededMm(distanceCm) * 0.99 ? [{ board, distanceCm, mm, neededMm: neededMm(distanceCm) }] : [];
    })
    .sort((a, b) => a.mm / a.neededMm - b.mm / b.neededMm);
}

/** Shorter sides, px, at which layouts are for coarse glass, and for strips: see layouts/parts/shape.ts. */
const COARSER = [419, 149];
const MOST = 3;

/** How much larger a layout has to be drawn on this glass to have fewer words on a page than now; null when it is as large as it gets. */
export function largerThan(enlarge: number, glass: Glass): number | null {
  const side = Math.min(glass.width, glass.height);
  const steps = COARSER.map((coarser) => Math.ceil((100 * side) / coarser) / 100);
  return steps.find((step) => step > 1 && step > enlarge && step <= MOST) ?? null;
}

/** Sizes of all text of the notice in front, in px of the board: read from the page of the preview, whose pages are all in it. */
export function textSizesIn(stage: Document): TextSize[] {
  const depth = (layer: Element) => Number(getComputedStyle(layer).zIndex) || 0;
  const [front] = [...stage.querySelectorAll('.layer[data-front="true"]')].sort((a, b) => depth(b) - depth(a));
  if (front === undefined) return [];
  const seen = front.querySelector('.seen');
  const scale = seen === null ? 1 : new DOMMatrixReadOnly(getComputedStyle(seen).transform).a;
  const found: TextSize[] = [];
  const walker = stage.createTreeWalker(seen ?? front, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    const characters = (node.textContent ?? '').replace(/\s/gu, '').length;
    if (parent === null || characters === 0 || !parent.checkVisibility() || parent.closest('[aria-hidden="true"]'))
      continue;
    found.push({ px: parseFloat(getComputedStyle(parent).fontSize) * scale, characters });
  }
  return found;
}
