/** Lists of what people edit: who sees which page of what. */
import { foldedWords, soughtWords } from '../../shared/util/fold.ts';
import { AppError } from '../../shared/util/errors.ts';
import { chunksOf } from './store/chunks.ts';
import { setFolded, unfolded, type EditPlace, type NamedTable, type WordGroup } from './store/edited-page.ts';
import type { Store } from './store/store.ts';
import { takeTurns } from './turns.ts';

/** What a row is found by. */
export const foldedName = (name: string): string => foldedWords(name).join(' ');

/** Units by the words that their names lack, so that «phú an họp» finds what is called «Họp» in Phú An. */
export function wordGroups(
  unitIds: readonly string[],
  query: string,
  nameOf: (unitId: string) => string,
): (readonly WordGroup[])[] {
  const words = soughtWords(query);
  return chunksOf(unitIds).map((chunk) => {
    if (words.length === 0) return [{ unitIds: chunk, words }];
    const groups = new Map<string, { unitIds: string[]; words: string[] }>();
    for (const unitId of chunk) {
      const name = foldedName(nameOf(unitId));
      const lacking = words.filter((word) => !name.includes(word));
      const key = lacking.join(' ');
      const group = groups.get(key) ?? { unitIds: [], words: lacking };
      group.unitIds.push(unitId);
      groups.set(key, group);
    }
    return [...groups.values()];
  });
}

const cursorAfter = ({ updatedAt, id }: EditPlace): string => `${updatedAt}.${id}`;

/** @throws AppError `invalid_input` (field cursor) */
export function readCursor(cursor: string | undefined): EditPlace | null {
  if (cursor === undefined) return null;
  const [, updatedAt, id] = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (updatedAt === undefined || id === undefined)
    throw new AppError('invalid_input', 'This is no cursor of this list', { field: 'cursor' });
  return { updatedAt: Number(updatedAt), id };
}

/** The page of one more row than it may have: whether there is a next, and where it begins. */
export function cutPage<T extends EditPlace>(found: readonly T[], limit: number): { page: T[]; next: string | null } {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { page, next: found.length > limit && last ? cursorAfter(last) : null };
}

/**
 * Works through rows in the order of their ids, some at a time, so that nobody else waits long to write.
 * @param rowsAtOnce rows of one transaction
 */
export async function inBatches<R>(
  read: (place: { after: string; limit: number }) => Promise<R[]>,
  idOf: (row: R) => string,
  write: (rows: R[]) => Promise<void>,
  rowsAtOnce = 500,
): Promise<void> {
  for (let after = ''; ;) {
    const rows = await read({ after, limit: rowsAtOnce });
    const last = rows.at(-1);
    if (!last) return;
    after = idOf(last);
    await write(rows);
  }
}

/** Makes rows of a release before findable. */
export const foldOldRows = (store: Store, table: NamedTable): Promise<void> =>
  inBatches(
    (place) => unfolded(store.write, table, place),
    ({ id }) => id,
    (rows) => {
      const folded = rows.map(({ id, name }) => ({ id, folded: foldedName(name) }));
      return store.transaction((tx) => setFolded(tx, table, folded));
    },
  );

/** Does something with each, and lets others have their turn on the event loop: one list must not hold up a takeover. */
export async function mapInTurns<T, U>(items: readonly T[], work: (item: T) => U): Promise<U[]> {
  const done: U[] = [];
  const turn = takeTurns();
  for (const item of items) {
    done.push(work(item));
    await turn();
  }
  return done;
}
