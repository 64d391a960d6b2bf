/**
 * HTTP: what notices are filed under. Nine are there from the first day (essential information, Nghị định 49/2024/NĐ-CP Đ.6, grouped);
 * the province makes the list its own. None is ever deleted: notices, versions and sums of plays name them by key.
 */
import { z } from 'zod';
import { optionalLine, requiredLine } from '../common.ts';

/** Of the first nine the word by which boards know it (`noticeCategories`), of one that was added a UUID. Never another. */
export const categoryKey = z.string().regex(/^[\da-z-]{1,36}$/);

/** In use: everybody who writes a notice is shown those. */
export const mostCategories = 100;

export const category = z.strictObject({
  key: categoryKey,
  /** What it is called in each language of the studio; without an English name by the Vietnamese one: see `nameIn`. */
  vi: requiredLine(100),
  en: optionalLine(100).default(''),
  /** Whether new notices may be filed under it; those that are stay. */
  inUse: z.boolean(),
});
export type Category = z.infer<typeof category>;

/**
 * GET /api/categories, for whoever is signed in; PUT with the `revision` it began from, for who may change them everywhere: all there
 * are, in the province's order. Codes: 409 revision_conflict; category_missing (one was left out), category_name_taken (by another in
 * use; field categories.N.vi or .en), categories_none_in_use, categories_too_many (params.max).
 */
export const categories = z.strictObject({
  revision: z.int().min(0),
  categories: z
    .array(category)
    .refine((list) => new Set(list.map(({ key }) => key)).size === list.length, { error: 'A key twice' }),
});
export type Categories = z.infer<typeof categories>;

/** GET /api/categories/uses, for who may change them: how many notices are filed under each, as they are written now. */
export const categoryUses = z.strictObject({
  uses: z.array(z.strictObject({ key: categoryKey, notices: z.int() })),
});

export const languages = ['vi', 'en'] as const;
/** What it is called by who reads that language. */
export const nameIn = (language: (typeof languages)[number], one: Pick<Category, 'vi' | 'en'>): string =>
  one[language] || one.vi;
const alike = (name: string): string => name.normalize('NFC').toLowerCase();

/** By the languages in which another category in use is called the same; upper and lower case are one. */
export function namesTaken(list: readonly Category[], one: Category): (typeof languages)[number][] {
  if (!one.inUse) return [];
  const others = list.filter(({ key, inUse }) => inUse && key !== one.key);
  return languages.filter((language) =>
    others.some((other) => alike(nameIn(language, other)) === alike(nameIn(language, one))),
  );
}
