/** What kind of notice is written: each kind keeps what was written of it while another is chosen. */
import type { z } from 'zod';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { isLayoutName, layouts, type LayoutName } from '../../../../../layouts/schemas.ts';
import type { NoticeInput } from '../../../../../shared/protocol/api/content.ts';
import type { Draft } from '../../lib/draft.svelte.ts';
import { sentenceOfIssue, type Form } from '../../lib/form.svelte.ts';
import {
  contentTypeOf,
  emptyContent,
  inParts,
  showsPages,
  viewFieldOf,
  type ContentType,
  type FieldValues,
} from './draft.ts';

type Content = NoticeInput['content'];

export class ContentChoice {
  readonly #draft: Draft<NoticeInput>;
  readonly #form: Pick<Form, 'clear'>;
  readonly #offered: readonly Content[];
  readonly #before = new SvelteMap<ContentType, Content>();
  /** Kinds that the document fills in and nobody has saved. */
  readonly #unchecked = new SvelteSet<ContentType>();
  #isNew = false;

  /**
   * @param offered what a document offers, each for its kind
   * @param saved null while the notice is new
   */
  constructor(
    draft: Draft<NoticeInput>,
    form: Pick<Form, 'clear'>,
    { offered, saved }: { offered: readonly Content[]; saved: Content | null },
  ) {
    this.#draft = draft;
    this.#form = form;
    this.#offered = offered;
    this.begin(saved);
  }

  /** Begins from what is saved: what was written of other kinds is forgotten. */
  begin(saved: Content | null): void {
    this.#before.clear();
    this.#unchecked.clear();
    this.#isNew = saved === null;
    for (const content of this.#offered) {
      this.#before.set(contentTypeOf(content), content);
      this.#unchecked.add(contentTypeOf(content));
    }
    if (saved === null) return;
    this.#before.set(contentTypeOf(saved), saved);
    this.#unchecked.delete(contentTypeOf(saved));
  }

  /** What is in the form is saved. */
  settle(): void {
    this.#unchecked.delete(contentTypeOf(this.#draft.value.content));
  }

  /** Its fields are as they were read from the document: nobody has saved them. */
  get unchecked(): boolean {
    return this.#unchecked.has(contentTypeOf(this.#draft.value.content));
  }

  /** The link is the notice's, of whatever kind it is. To choose a kind for a new notice, of which nothing is written, is to write nothing. */
  choose(type: ContentType): void {
    const { content, ...rest } = this.#draft.plain;
    this.#before.set(contentTypeOf(content), content);
    const next = { ...(this.#before.get(type) ?? emptyContent(type)), link: content.link };
    if (this.#isNew && !this.#draft.dirty) this.#draft.reset({ ...rest, content: next });
    else this.#draft.value.content = next;
    this.#form.clear();
  }

  /** What the document's text is a notice of; null where there is no document. */
  get text(): ContentType | null {
    const text = this.#offered.find((content) => !showsPages(content));
    return text === undefined ? null : contentTypeOf(text);
  }

  /** The pages of its document that were shown before, or are offered; null where it shows pages, or there are none. */
  get pages(): ContentType | null {
    if (showsPages(this.#draft.value.content)) return null;
    return [...this.#before].findLast(([, content]) => showsPages(content))?.[0] ?? null;
  }

  /** Pages of a document, each in parts as wide as the glass. */
  showParts(): void {
    const { content } = this.#draft.value;
    const view = viewFieldOf(content);
    if (content.type === 'layout' && view !== undefined) content.fields[view] = inParts;
  }

  /** @param factor undefined: as large as the layout is by itself */
  enlarge(factor: number | undefined): void {
    const { content } = this.#draft.value;
    if (content.type !== 'layout') return;
    if (factor === undefined) delete content.enlarge;
    else content.enlarge = factor;
  }

  /** As `layoutErrors`; none where it is of no layout. */
  errors(): Record<string, string> {
    const { content } = this.#draft.plain;
    return content.type === 'layout' && isLayoutName(content.layout)
      ? layoutErrors(content.layout, content.fields)
      : {};
  }
}

/** By its own schema, as `errorsOf`. */
const layoutErrors = (layout: LayoutName, fields: FieldValues): Record<string, string> =>
  errorsOf(layouts[layout].schema.safeParse(fields).error?.issues ?? []);

/** What is wrong with the fields of a layout: sentences by path in the form. */
export function errorsOf(issues: readonly z.core.$ZodIssue[]): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const issue of issues) errors[['content', 'fields', ...issue.path].join('.')] ??= sentenceOfIssue(issue);
  return errors;
}
