/** Which boards draw no code of a notice's link, and on which it can be scanned only from nearer than the text is read. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import { placeCode, scanDistance, type Glass } from '../../../../../shared/protocol/link-code.ts';
import { seenSize } from '../boards/words.ts';

/** What an office can shorten a link to. */
const shortLink = 'https://example.gov.vn/tin';

export const withoutCode = <B extends Pick<Board, 'output'>>(boards: readonly B[], link: string): B[] =>
  boards.filter(({ output }) => placeCode(seenSize(output), link) === null);

export const shorterLinkFits = (glass: Glass): boolean => placeCode(glass, shortLink) !== null;

export interface FarReader {
  readonly board: Pick<Board, 'id' | 'name'>;
  readonly distanceCm: number;
  /** From how far away the code can be scanned. */
  readonly nearCm: number;
}

/** Boards with such glass that are read from farther than the code can be scanned, the worst first; those of unknown pitch or distance are left out. */
export function farReaders(
  boards: readonly Pick<Board, 'id' | 'name' | 'output' | 'pitchUm' | 'readingDistanceCm'>[],
  glass: Glass,
  link: string,
): FarReader[] {
  const place = placeCode(glass, link);
  if (place === null) return [];
  return boards
    .flatMap((board): FarReader[] => {
      const { width, height } = seenSize(board.output);
      const { pitchUm, readingDistanceCm: distanceCm } = board;
      if (width !== glass.width || height !== glass.height || pitchUm === null || distanceCm === null) return [];
      const nearCm = scanDistance((place.code * pitchUm) / 10_000);
      return nearCm < distanceCm ? [{ board, distanceCm, nearCm }] : [];
    })
    .sort((a, b) => a.nearCm / a.distanceCm - b.nearCm / b.distanceCm);
}
