/** What a file is found by, and where one page of a list ends and the next begins. Pure. */
import { z } from 'zod';
import { foldedWords } from '../../../../shared/util/fold.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { MediaRow } from './repo.ts';

/** Words of name and tags as the column `folded` holds them. */
export const foldedOf = (name: string, tags: readonly string[]): string =>
  foldedWords([name, ...tags].join(' ')).join(' ');

/** A tag as it is compared: «Tết 2026» and «tet-2026» are one. '' when it has neither letter nor figure. */
export const foldedTag = (tag: string): string => foldedWords(tag).join(' ');

/** The last row of a page: its place in the order of the list, and its id among equals. */
const place = z.tuple([z.union([z.number(), z.string()]), z.string()]);
export type Place = z.infer<typeof place>;
export type Sort = 'newest' | 'name';

/** When it came: into the library, or into the recycle bin. */
const cameAt = (row: MediaRow): number => row.deleted_at ?? row.created_at;

export const placeOf = (row: MediaRow, sort: Sort): Place => [sort === 'newest' ? cameAt(row) : row.folded, row.id];

export const cursorOf = (at: Place): string => Buffer.from(JSON.stringify(at), 'utf8').toString('base64url');

/** @throws AppError `invalid_input` (field cursor) */
export function readCursor(cursor: string | undefined, sort: Sort): Place | null {
  if (cursor === undefined) return null;
  try {
    const at = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (typeof at[0] === (sort === 'newest' ? 'number' : 'string')) return at;
  } catch {
    // Said below.
  }
  throw new AppError('invalid_input', 'This is no cursor of this list', { field: 'cursor' });
}

/** Rows of several queries in the order of the list. */
export function inOrder(rows: MediaRow[], sort: Sort): MediaRow[] {
  const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
  return rows.sort((a, b) =>
    sort === 'newest'
      ? compare(cameAt(b), cameAt(a)) || compare(b.id, a.id)
      : compare(a.folded, b.folded) || compare(a.id, b.id),
  );
}
