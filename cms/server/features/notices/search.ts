/** Pages of notices: first those whose titles have the words sought, then those that have some of them only in their text. */
import type { Found } from '../../../../shared/protocol/api/content.ts';
import { noticeContent, type NoticeContent } from '../../../../shared/protocol/programme.ts';
import { soughtWords } from '../../../../shared/util/fold.ts';
import type { Context } from '../../context.ts';
import { cutPage, foldedName, inBatches, mapInTurns, readCursor } from '../../listing.ts';
import type { Store } from '../../store/store.ts';
import { takeTurns } from '../../turns.ts';
import { findByWords } from './found-repo.ts';
import * as repo from './repo.ts';
import type { NoticeFilter, NoticeRecord } from './repo.ts';
import { addWords, findUnworded, pagesSaid, type Unworded, type Worded } from './words-repo.ts';
import { createFinder, wordsOf, type Words } from './words.ts';

/** What cursors begin with among those found by their text. */
const textMark = 't';

/** @throws AppError `invalid_input` (field cursor) */
export async function searchPage(
  store: Pick<Store, 'read' | 'report' | 'dialect'>,
  filter: NoticeFilter,
  { q, cursor, limit }: { q: string; cursor: string | undefined; limit: number },
): Promise<{ page: NoticeRecord[]; next: string | null; total: number }> {
  const byWords = soughtWords(q).length > 0;
  const pastTitles = byWords && cursor?.startsWith(textMark) === true;
  const after = readCursor(pastTitles ? cursor.slice(textMark.length) : cursor);
  if (!byWords) {
    const [found, total] = await Promise.all([
      repo.findPage(store.read, filter, { after, limit: limit + 1 }),
      repo.count(store.read, filter),
    ]);
    return { ...cutPage(found, limit), total };
  }
  // Counts all that is found: takeovers wait for `read`.
  const { places, total } = await findByWords(store, filter, {
    after: after && { ...after, titled: pastTitles ? 0 : 1 },
    limit: limit + 1,
  });
  const { page, next } = cutPage(places, limit);
  const records = new Map(
    (
      await repo.findNotices(
        store.read,
        page.map(({ id }) => id),
      )
    ).map((record) => [record.id, record]),
  );
  return {
    // One deleted in between is not there.
    page: page.flatMap(({ id }) => records.get(id) ?? []),
    next: next && page.at(-1)!.titled === 0 ? textMark + next : next,
    total,
  };
}

/** Says where in each notice of a page the words are, if they are not in its title and its unit's name. */
export async function foundBeside(
  { report }: Pick<Store, 'report'>,
  q: string,
  page: readonly Pick<NoticeRecord, 'id' | 'title' | 'content' | 'documentId' | 'unitId'>[],
  nameOf: (unitId: string) => string,
): Promise<Map<string, Found>> {
  const sought = soughtWords(q);
  const findIn = createFinder();
  const beside = page.flatMap((notice) => {
    const names = `${foldedName(notice.title)} ${foldedName(nameOf(notice.unitId))}`;
    const lacking = sought.filter((word) => !names.includes(word));
    return lacking.length === 0 ? [] : [{ ...notice, lacking }];
  });
  const said = await pagesSaid(report, beside);
  const found = beside.map(({ id, content, lacking }, i) => ({ id, content, lacking, pages: said[i]! }));
  return new Map(
    await mapInTurns(found, ({ id, content, lacking, pages }): [string, Found] => [
      id,
      findIn(content, pages, lacking),
    ]),
  );
}

/** Few: who raises an alert meanwhile waits for one such write at most. */
const wordedAtOnce = 10;

/**
 * Makes notices of a release before findable, as they are being written and as they were approved last, while people already work: read
 * apart from what they read, a little at a time, and what is saved meanwhile stays.
 */
export async function wordOldRows({ store, log }: Pick<Context, 'store' | 'log'>, signal?: AbortSignal): Promise<void> {
  async function wordsIn(
    { noticeId, documentId }: Pick<Unworded, 'noticeId' | 'documentId'>,
    title: string,
    text: string,
  ): Promise<Words> {
    const content = contentIn(text);
    if (content === null) log.error({ noticeId }, 'a notice cannot be read: it is found by its title');
    const pages = content && documentId !== null ? await pagesSaid(store.report, [{ documentId, content }]) : [];
    return wordsOf({ title, content }, pages[0] ?? '');
  }
  // Again for those that somebody saved while their words were being made.
  for (let left = true; left && !signal?.aborted;) {
    left = false;
    await inBatches(
      async (place) => (signal?.aborted ? [] : findUnworded(store.report, place)),
      ({ noticeId }) => noticeId,
      async (rows) => {
        left = true;
        const worded: Worded[] = [];
        const turn = takeTurns();
        for (const row of rows) {
          const { title, content, approvedTitle, approvedContent } = row;
          const isApproved = approvedTitle !== null && approvedContent !== null;
          worded.push({
            ...row,
            written: await wordsIn(row, title, content),
            approved: isApproved ? await wordsIn(row, approvedTitle, approvedContent) : null,
          });
          await turn();
        }
        await store.transaction((tx) => addWords(store, tx, worded));
      },
      wordedAtOnce,
    );
  }
}

/** null: of a form that nobody reads any more, or damaged. */
function contentIn(text: string): NoticeContent | null {
  try {
    return noticeContent.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
