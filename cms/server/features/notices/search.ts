/** Pages of notices: first those whose titles have the words sought, then those that have some of them only in their text. */
import type { Found } from '../../../../shared/protocol/api/content.ts';
import { cutPage, foldedName, inBatches, readCursor, soughtWords } from '../../listing.ts';
import type { Db, Store, Tx } from '../../store/store.ts';
import * as repo from './repo.ts';
import type { NoticeFilter, NoticeRecord } from './repo.ts';
import {
  unwordedNotices,
  unwordedVersions,
  wordNotice,
  wordVersion,
  type Place,
  type Unworded,
  type Words,
} from './words-repo.ts';
import { foundIn, wordsOf } from './words.ts';

/** What cursors begin with among those found by their text. */
const textMark = 't';

/** @throws AppError `invalid_input` (field cursor) */
export async function searchPage(
  db: Db,
  filter: Omit<NoticeFilter, 'by'>,
  { q, cursor, limit }: { q: string; cursor: string | undefined; limit: number },
): Promise<{ page: NoticeRecord[]; next: string | null; total: number }> {
  const inTexts = soughtWords(q).length > 0;
  const pastTitles = inTexts && cursor?.startsWith(textMark) === true;
  const after = readCursor(pastTitles ? cursor.slice(textMark.length) : cursor);
  const titled = pastTitles ? [] : await repo.findPage(db, { ...filter, by: 'title' }, { after, limit: limit + 1 });
  const room = inTexts ? limit + 1 - titled.length : 0;
  const [others, total] = await Promise.all([
    room === 0 ? [] : repo.findPage(db, { ...filter, by: 'text' }, { after: pastTitles ? after : null, limit: room }),
    repo.count(db, { ...filter, by: inTexts ? 'either' : 'title' }),
  ]);
  const { page, next } = cutPage([...titled, ...others], limit);
  return { page, next: next && page.length > titled.length ? textMark + next : next, total };
}

/** Where in a notice the words are, if it is not in its title and its unit's name. */
export function foundBeside(
  { title, content }: Pick<NoticeRecord, 'title' | 'content'>,
  unitName: string,
  q: string,
): Found | null {
  const names = `${foldedName(title)} ${foldedName(unitName)}`;
  const lacking = soughtWords(q).filter((word) => !names.includes(word));
  return lacking.length === 0 ? null : foundIn(content, lacking);
}

/** Makes notices and versions of a release before findable. */
export async function wordOldRows(store: Store): Promise<void> {
  const fill = <R extends Unworded>(
    read: (db: Db, place: Place) => Promise<R[]>,
    write: (tx: Tx, row: R, words: Words) => Promise<void>,
  ): Promise<void> =>
    inBatches(
      (place) => read(store.write, place),
      ({ noticeId }) => noticeId,
      (rows) =>
        store.transaction(async (tx) => {
          for (const row of rows) await write(tx, row, wordsOf(row));
        }),
    );
  await fill(unwordedNotices, wordNotice);
  await fill(unwordedVersions, wordVersion);
}
