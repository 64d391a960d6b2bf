/** What notices are filed under: one list for all pages, which follows what the province makes of it. */
import { createContext } from 'svelte';
import { categories, nameIn, type Categories, type Category } from '../../../../../shared/protocol/api/categories.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';
import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';

export interface Option {
  readonly value: string;
  readonly label: string;
}

export class CategoryList {
  readonly resource: Resource<Categories>;

  constructor(resource: Resource<Categories>) {
    this.resource = resource;
  }

  get #all(): readonly Category[] {
    return this.resource.data?.categories ?? [];
  }

  /** What it is called now; '' until that is known. */
  readonly nameOf = (key: string): string => {
    const found = this.#all.find((one) => one.key === key);
    return found ? nameIn(getLocale(), found) : '';
  };

  /** Those for new notices, in the province's order; and the one that the notice is under. */
  optionsWith(key: string): Option[] {
    const offered = this.#all.filter((one) => one.inUse || one.key === key);
    return offered.length > 0 ? offered.map(optionOf) : [{ value: key, label: '' }];
  }

  /** All there are: old notices are found under those that are out of use too. */
  get options(): Option[] {
    return [true, false].flatMap((inUse) => this.#all.filter((one) => one.inUse === inUse).map(optionOf));
  }

  /** Where a new notice begins. */
  get usual(): string {
    const offered = this.#all.filter(({ inUse }) => inUse);
    return offered.find(({ key }) => key === 'local')?.key ?? offered[0]?.key ?? 'local';
  }

  /** For a notice that is new: the province may have taken this one out of use meanwhile. */
  forNew(key: string): string {
    return this.#all.some((one) => one.key === key && one.inUse) ? key : this.usual;
  }
}

const optionOf = (one: Category): Option => {
  const name = nameIn(getLocale(), one);
  return { value: one.key, label: one.inUse ? name : m.category_retired({ name }) };
};

const [use, provide] = createContext<CategoryList>();
export const useCategories = use;

/** For all pages below. */
export function provideCategories(): void {
  const app = useApp();
  const resource = useResource((signal) => app.api.get('/api/categories', categories, signal));
  provide(new CategoryList(resource));
  $effect(() => {
    const again = (): void => void resource.reload();
    const ends = [app.live.on('categoriesChangedV1', again), app.live.onReturn(again)];
    return () => ends.forEach((end) => end());
  });
}
