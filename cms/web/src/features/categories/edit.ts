/**
 * What one person changes of the categories, upon the list as it is when it is saved: whatever a colleague saved meanwhile stays.
 * Where both changed the same, `revision_conflict` is thrown.
 */
import type { Categories, Category } from '../../../../../shared/protocol/api/categories.ts';
import { AppError } from '../../../../../shared/util/errors.ts';

type List = Categories['categories'];
export type Edit = (newest: readonly Category[]) => List;

const conflict = (): AppError => new AppError('revision_conflict', 'Somebody else has changed the same meanwhile');

export const calledAlike = (one: Category, other: Category): boolean => one.vi === other.vi && one.en === other.en;

/** Adds it, or gives it the names of `named`. @param begun as it was when this person began */
export const rename =
  (begun: Category, named: Category): Edit =>
  (newest) => {
    const now = newest.find(({ key }) => key === named.key);
    if (!now) return [...newest, named];
    if (!calledAlike(now, begun)) throw conflict();
    return newest.map((one) => (one === now ? { ...now, vi: named.vi, en: named.en } : one));
  };

export const use =
  (key: string, inUse: boolean): Edit =>
  (newest) =>
    newest.map((one) => (one.key === key ? { ...one, inUse } : one));

/** @param begun the keys in the order in which they were when this person began */
export const reorder =
  (begun: readonly string[], wanted: readonly string[]): Edit =>
  (newest) => {
    if (newest.map(({ key }) => key).join() !== begun.join()) throw conflict();
    return newest.toSorted((one, other) => wanted.indexOf(one.key) - wanted.indexOf(other.key));
  };
