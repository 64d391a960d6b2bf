/** What notices are filed under: one list for the installation, kept by the province. */
import {
  mostCategories,
  nameIn,
  namesTaken,
  type Categories,
  type Category,
} from '../../../../shared/protocol/api/categories.ts';
import { canonicalJson } from '../../../../shared/util/canonical-json.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { nextNumber, readSetting } from '../../store/settings.ts';
import * as repo from './repo.ts';

export interface CategoriesService {
  /** Also those that are out of use, in the province's order. */
  read(): Promise<Categories>;
  /**
   * Replaces the list that was read as `revision`; writes nothing where nothing differs.
   * @throws AppError `forbidden`, `revision_conflict` 409, `category_missing`, `category_name_taken`, `categories_none_in_use`,
   * `categories_too_many`
   */
  write(actor: Actor, list: Categories): Promise<Categories>;
  /** How many notices are filed under each. @throws AppError `forbidden` */
  uses(actor: Actor): Promise<{ key: string; notices: number }[]>;
  /** @throws AppError `category_unknown`, `category_out_of_use` (field category) unless new notices may be filed under it */
  assertOffered(key: string): Promise<void>;
}

const counterKey = 'categories_revision';

/** What was done, by the Vietnamese names; what was not done is left out. */
function difference(before: readonly Category[], after: readonly Category[]): Record<string, unknown> {
  const was = new Map(before.map((one) => [one.key, one]));
  const changed = after.flatMap((now) => {
    const then = was.get(now.key);
    return then ? [{ then, now }] : [];
  });
  const namesOf = ({ vi, en }: Category): string => (en === '' ? vi : `${vi} / ${en}`);
  const lists = {
    added: after.filter(({ key }) => !was.has(key)).map(namesOf),
    renamed: changed
      .filter(({ then, now }) => namesOf(then) !== namesOf(now))
      .map(({ then, now }) => `${namesOf(then)} → ${namesOf(now)}`),
    takenOutOfUse: changed.filter(({ then, now }) => then.inUse && !now.inUse).map(({ now }) => now.vi),
    putBack: changed.filter(({ then, now }) => !then.inUse && now.inUse).map(({ now }) => now.vi),
  };
  const isMoved = changed.some(({ now }, at) => before[at]?.key !== now.key);
  return {
    ...Object.fromEntries(Object.entries(lists).filter(([, names]) => names.length > 0)),
    ...(isMoved ? { order: after.map(({ vi }) => vi) } : {}),
  };
}

function assertSound(before: readonly Category[], after: readonly Category[]): void {
  if (after.filter(({ inUse }) => inUse).length > mostCategories)
    throw new AppError(
      'categories_too_many',
      `There are at most ${mostCategories} categories in use; take one out of use first`,
      { field: 'categories', params: { max: mostCategories } },
    );
  const keys = new Set(after.map(({ key }) => key));
  const missing = before.find(({ key }) => !keys.has(key));
  if (missing)
    throw new AppError('category_missing', `A category is never deleted: «${missing.vi}» was left out`, {
      field: 'categories',
      params: { name: missing.vi },
    });
  if (!after.some(({ inUse }) => inUse))
    throw new AppError('categories_none_in_use', 'At least one category has to stay in use', { field: 'categories' });
  after.forEach((one, at) => {
    const [language] = namesTaken(after, one);
    if (language === undefined) return;
    throw new AppError('category_name_taken', `Two categories in use are called «${nameIn(language, one)}»`, {
      field: `categories.${at}.${language}`,
      params: { name: nameIn(language, one) },
    });
  });
}

export function createCategoriesService({ store, access, audit, events }: Context): CategoriesService {
  const mayEdit = (actor: Actor): void => {
    if (!access.canEverywhere(actor, 'category.edit'))
      throw new AppError('forbidden', 'You may not do this (category.edit)', { status: 403 });
  };
  async function read(): Promise<Categories> {
    // The number first: what is changed in between is refused later, not overwritten.
    const revision = Number((await readSetting(store.read, counterKey)) ?? 0);
    return { revision, categories: await repo.findCategories(store.read) };
  }
  return {
    read,
    async write(actor, { revision, categories }) {
      mayEdit(actor);
      const held = await read();
      if (canonicalJson(held) === canonicalJson({ revision, categories })) return held;
      const next = await store.transaction(async (tx) => {
        // The counter's row is the lock: of two who began from one revision the second finds the first one's.
        const number = await nextNumber(tx, counterKey);
        if (number !== revision + 1)
          throw new AppError('revision_conflict', 'Somebody else has changed it meanwhile', {
            status: 409,
            params: { revision: number - 1 },
          });
        const before = await repo.findCategories(tx);
        assertSound(before, categories);
        await repo.saveCategories(tx, categories);
        await audit(tx, {
          actor,
          action: 'categories.changed',
          subjectType: 'categories',
          subjectId: null,
          unitId: null,
          detail: difference(before, categories),
        });
        return { revision: number, categories };
      });
      events.emit('categoriesChanged', { revision: next.revision });
      return next;
    },
    async uses(actor) {
      mayEdit(actor);
      return repo.countNotices(store.read);
    },
    async assertOffered(key) {
      const found = (await repo.findCategories(store.read)).find((one) => one.key === key);
      if (!found) throw new AppError('category_unknown', 'There is no such category', { field: 'category' });
      if (!found.inUse)
        throw new AppError('category_out_of_use', `«${found.vi}» is not in use any more`, {
          field: 'category',
          params: { name: found.vi },
        });
    },
  };
}
